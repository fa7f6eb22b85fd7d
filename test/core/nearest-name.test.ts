/**
 * Goal: a slip of the keyboard finds the name that was meant, and nothing is suggested for another word.
 * Method: a table of slips, and every single edit of real names as a property.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameHint } from "../../src/core/nearest-name.ts";

const NAMES = ["name", "deployment", "source", "archive", "batch", "limits", "catalogue", "max_line_bytes"];

describe("nameHint", () => {
  it.each([
    ["sorce", "source"],
    ["soruce", "source"],
    ["limit", "limits"],
    ["Archive", "archive"],
    ["catalog", "catalogue"],
    ["maxLineBytes", "max_line_bytes"],
    ["nmae", "name"],
  ])("takes %s for %s", (written, meant) => {
    expect(nameHint(written, NAMES, "else")).toBe(`did you mean "${meant}"?`);
  });

  it.each(["", "x", "elasticsearch", "sink", "nnnn", "source".repeat(20)])("suggests nothing for %j", (written) => {
    expect(nameHint(written, NAMES, null)).toBeNull();
    expect(nameHint(written, NAMES, "one of these")).toBe("one of these");
  });

  it("prefers fewer edits, then the first", () => {
    expect(nameHint("paths", ["path", "paths"], null)).toBe('did you mean "paths"?');
    expect(nameHint("pathz", ["patha", "pathb"], null)).toBe('did you mean "patha"?');
    expect(nameHint("path", [], null)).toBeNull();
  });

  it("finds every name behind one edit", () => {
    const slip = fc.record({
      name: fc.constantFrom(...NAMES),
      at: fc.nat(13),
      edit: fc.constantFrom("insert", "delete", "replace", "swap"),
    });
    fc.assert(
      fc.property(slip, ({ name, at, edit }) => {
        const place = at % (name.length - 1);
        const [before, here, next, after] = [
          name.slice(0, place),
          name.slice(place, place + 1),
          name.slice(place + 1, place + 2),
          name.slice(place + 2),
        ];
        const written = {
          insert: `${before}${here}7${next}${after}`,
          delete: `${before}${next}${after}`,
          replace: `${before}7${next}${after}`,
          swap: `${before}${next}${here}${after}`,
        }[edit];
        expect(nameHint(written ?? "", NAMES, null)).toBe(`did you mean "${name}"?`);
      }),
      { numRuns: 300 },
    );
  });
});
