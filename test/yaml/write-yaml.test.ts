/**
 * Goal: what is written can be read back, and be reviewed line by line. Method: any data through the YAML library and
 * back; texts that a terminal or an editor would not show as they are.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeYaml } from "../../src/yaml/write-yaml.ts";

const HARD = ["", " a", "a: b", "- a", "#", "*a", "1e5", "0012", "null", "2020-12-22T09:00:00Z", "a\nb", "\u001b[31m"];
const TEXT = fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.string(), fc.constantFrom(...HARD));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    TEXT,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie("tree"), { maxKeys: 4 }),
  ),
}));

describe("written YAML", () => {
  it("reads back as it was, and shows all that is in it", () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (data) => {
        const text = writeYaml({ data });
        expect(parse(text)).toEqual({ data });
        expect(text).toMatch(/^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+\n)+$/u);
        expect(writeYaml({ data })).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it("shows what hides in a key", () => {
    const data = { "a\u202e": { "\u0000": "b\u200f" }, "\ud83d\ude00": ["\ufeff"] };
    const text = writeYaml(data);
    expect(text).toBe('"a\\u202e":\n  "\\0": "b\\u200f"\n😀:\n- "\\ufeff"\n');
    expect(parse(text)).toEqual(data);
  });

  it("has a line for each value, however long, in the order given", () => {
    const long = "word ".repeat(100).trim();
    const data = { b: long, a: undefined, list: [`${long}\n${long}`, "x"], c: 1 };
    expect(writeYaml(data)).toBe(`b: ${long}\nlist:\n- "${long}\\n${long}"\n- x\nc: 1\n`);
  });

  it("hides nothing", () => {
    expect(writeYaml(["\u202egpj.exe", "\u009b31m", "a\u2028b", "tab\t"])).toBe(
      '- "\\u202egpj.exe"\n- "\\u009b31m"\n- "a\\u2028b"\n- "tab\\t"\n',
    );
  });

  it("writes what Unicode has not assigned yet as it is, for it may be assigned tomorrow", () => {
    expect(writeYaml(["\u0378", "\u{1fbfa}", "\uffff"])).toBe('- \u0378\n- \u{1fbfa}\n- "\\uffff"\n');
  });
});
