/**
 * Goal: the reader accepts exactly what JSON.parse accepts, and each field is what the rules of the design make of
 * the parsed value. Method: generated and broken texts, read with garbage around them in a shared buffer.
 */
import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFieldReader } from "../../src/decode/field-reader.ts";
import { expectField, expectParamsCut, expectRecord, readField } from "./field-oracle.ts";
import { brokenText, jsonText, WANTED_NAMES } from "./json-text.ts";

const NUM_RUNS = 300;
const MAX_DEPTH = 5;

/** What stands right behind a line, and would make another line of it. */
const BEHIND = [
  ["", "}", '"}', '":1}', "0}", "5", "e5}", ".0}", "]", "]}", ',"status":5}', ',"time":"x"}', " }", "\\", 'u0041"}'],
  ["rue}", "ull}", "alse}", ' "x"}', "\n", " ", '\n{"status":7}', "{}", "\u0000"],
].flat();
const BEFORE = ["", " ", "{", '{"time":"before",', '"', "\\", "[", "1", "-", "\n"];

// The same readers for all texts: what is left of an earlier one would show.
const readers = (["wasm", "script"] as const).map((scanner) => createFieldReader(WANTED_NAMES, false, scanner));

/** Reads the text between garbage and compares everything that the view says. */
function expectSame(text: string, before: string, behind: string): void {
  const [head, body] = [Buffer.from(before), Buffer.from(text)];
  const buffer = Buffer.concat([head, body, Buffer.from(behind)]);
  const expected = expectRecord(text, MAX_DEPTH);
  for (const reader of readers) {
    expect(reader.read(buffer, head.length, head.length + body.length, MAX_DEPTH)).toBe(expected.reason);
    if (expected.reason !== null) {
      for (const name of WANTED_NAMES) expect([name, reader.has(reader.slotOf(name))]).toEqual([name, false]);
      continue;
    }
    for (const name of WANTED_NAMES) {
      const field = readField(reader, reader.slotOf(name));
      expect({ name, ...field }).toEqual({ name, ...expectField(expected.record, name) });
    }
    expect(reader.paramsCut()).toBe(expectParamsCut(expected.record));
  }
}

function read(text: string, ...names: string[]): ReturnType<typeof createFieldReader> {
  const made = createFieldReader(names);
  const bytes = Buffer.from(text);
  expect(made.read(bytes, 0, bytes.length, 128)).toBe(null);
  return made;
}

function reasonOf(text: string | Buffer): string | null {
  const bytes = Buffer.from(text);
  return createFieldReader(["a"]).read(bytes, 0, bytes.length, 128);
}

const before = fc.constantFrom(...BEFORE);
const behind = fc.constantFrom(...BEHIND);

describe("a field reader beside JSON.parse", () => {
  it("reads what is valid", () => {
    fc.assert(fc.property(jsonText, before, behind, expectSame), { numRuns: NUM_RUNS });
  });

  it("refuses what is broken, and reads what is not after all", () => {
    fc.assert(fc.property(brokenText, before, behind, expectSame), { numRuns: NUM_RUNS });
  });

  it("reads the same with any byte changed, as far as the text is UTF-8 still", () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), fc.nat({ max: 255 }), behind, (text, place, byte, garbage) => {
        const bytes = Buffer.from(text);
        bytes[place % bytes.length] = byte;
        fc.pre(isUtf8(bytes));
        expectSame(bytes.toString(), "", garbage);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("cuts a line at every place, whatever stands behind the cut", () => {
    const line = ' {"time":"x\\u0041\\n","status":-12.5e+3,"meta":{"user":[true,false,null]},"params":["..."]} ';
    for (let end = 0; end <= line.length; end += 1) {
      // The rest of the line itself is the most tempting garbage.
      for (const garbage of [line.slice(end), ...BEHIND]) expectSame(line.slice(0, end), "", garbage);
    }
  });
});

describe("what is no record", () => {
  const NOT_JSON = [
    ["", " ", "text", '{"a":NaN}', '{"a":Infinity}', '{"a":undefined}', '\ufeff{"a":1}', '{"a":1}\ufeff', '{"a":1,}'],
    [
      '{"a":[1,]}',
      '{"a":"\t"}',
      '{"a":"\n"}',
      '{"a":"\u0000"}',
      '{"\u001f":1}',
      '{"a":1}{"b":2}',
      '{"a":1}}',
      '{"a" 1}',
    ],
    ['{"a":01}', '{"a":+1}', '{"a":.5}', '{"a":1.}', '{"a":1e}', '{"a":-}', '{"a":0x10}', '{"a":1_0}', '{"a":1 2}'],
    [
      '{"a":"\\x41"}',
      '{"a":"\\u12g4"}',
      '{"a":"\\"}',
      "{'a':1}",
      "{a:1}",
      '{"a":1 /* b */}',
      '{"a":1}\u00a0',
      '{"a":tru}',
    ],
    [
      '{"a":"b}',
      '{"a',
      '{"a":',
      "{",
      "[1,2",
      '"open',
      '{,"a":1}',
      '{"a":1,,"b":2}',
      '{"a":1]',
      '{"a":[1}}',
      '{"a":True}',
    ],
  ].flat();

  it.each(NOT_JSON)("%j is not JSON", (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(reasonOf(text)).toBe("not_json");
  });

  it.each(["null", "1", "-0.5e3", '"{}"', "[]", '[{"a":1}]', "true", " 7 "])("%j is not an object", (text) => {
    expect(reasonOf(text)).toBe("not_object");
  });

  it.each(["{}", ' \t\r\n{"a":1} \r\n\t', '{"a":"\u007f\u2028"}', '{"":1}', '{"a":1e999}'])(
    "%j is a record",
    (text) => {
      expect(reasonOf(text)).toBe(null);
    },
  );

  it("has no fields", () => {
    const texts = ['{"a":1}', '{"a":1', '{"a":1}x', "[1]", '{"a":[[1]]}', '{"b":1}'];
    const made = createFieldReader(["a"]);
    const found = texts.map((text) => {
      made.read(Buffer.from(text), 0, text.length, 2);
      return made.has(made.slotOf("a"));
    });
    expect(found).toEqual([true, false, false, false, false, false]);
  });
});

describe("names", () => {
  const precedence = [
    ['{"meta_user":"c","meta":{"user":"b"},"meta.user":"a"}', "a"],
    ['{"meta.user":"a","meta":{"user":"b"},"meta_user":"c"}', "a"],
    ['{"meta":{"user":"b"},"meta_user":"c"}', "b"],
    ['{"meta_user":"c"}', "c"],
    ['{"meta.user":null,"meta":{"user":"b"}}', "b"],
    ['{"meta.user":"","meta":{"user":{}},"meta_user":"c"}', "c"],
    ['{"meta.user":"a","meta.user":null,"meta_user":"c"}', "c"],
    ['{"meta":{"user":"b"},"meta":{"x":1},"meta_user":"c"}', "c"],
    ['{"meta":"flat","meta_user":"c"}', "c"],
    ['{"meta":{"meta.user":"x","meta":{"user":"y"}}}', null],
  ] as const;

  it.each(precedence)("%s: meta.user is %s", (text, user) => {
    const fields = read(text, "meta.user");
    expect(fields.string(fields.slotOf("meta.user"))).toBe(user);
  });

  it.each(["meta", "query_analysis", "exception", "extra", "grpc"])("%s comes in three forms", (family) => {
    for (const text of [`{"${family}.x":"v"}`, `{"${family}":{"x":"v"}}`, `{"${family}_x":"v"}`]) {
      const fields = read(text, `${family}.x`);
      expect(fields.string(fields.slotOf(`${family}.x`))).toBe("v");
    }
  });

  it("of other families are keys as they stand", () => {
    const fields = read('{"tags":{"x":"nested"},"tags_x":"underscored"}', "tags.x");
    expect(fields.has(fields.slotOf("tags.x"))).toBe(false);
  });

  it("that nobody asked for in advance are refused", () => {
    expect(() => createFieldReader(["a"]).slotOf("b")).toThrow('"b"');
  });

  it("of a longer line do not shine through", () => {
    const made = createFieldReader(["a", "meta.user", "params.x"]);
    const texts = ['{"a":1,"meta":{"user":"u"},"params":[{"key":"x","value":1}]}', '{"a":{},"meta":{},"params":[]}'];
    const found = texts.map((text) => {
      made.read(Buffer.from(text), 0, text.length, 128);
      return ["a", "meta.user", "params.x"].map((name) => made.has(made.slotOf(name)));
    });
    expect(found).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
  });
});
