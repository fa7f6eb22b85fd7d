/**
 * Goal: which variant of an id stands is the same whatever came first, and no forger can take the place of a line that is
 * known by its content.
 * Method: random variants, some of whose bytes the id is made of, in any order, against the rule in words.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standsBefore, type VariantKey } from "../../src/archive/manifest.ts";
import { lineId } from "../../src/core/identity.ts";

const OWN = "8".repeat(24);
const ID = lineId(447_129, OWN);

/** Few of each, on both sides of what the id is made of, and near it. */
const variant: fc.Arbitrary<VariantKey> = fc.record({
  hash: fc
    .tuple(
      fc.constantFrom(OWN, OWN, "0".repeat(24), "f".repeat(24), `${"8".repeat(23)}0`, `${"8".repeat(23)}f`),
      fc.constantFrom("0", "f"),
    )
    .map(([start, rest]) => start + rest.repeat(40)),
  log: fc.constantFrom("gitaly", "rails.api", "unknown"),
});

function firstOf(variants: readonly VariantKey[]): VariantKey | undefined {
  return variants.toSorted((a, b) => (standsBefore(ID, a, b) ? -1 : standsBefore(ID, b, a) ? 1 : 0))[0];
}

describe("of the variants of an id", () => {
  it("one stands, whatever the order: what the id is made of, then the smallest hash, then the smallest log", () => {
    fc.assert(
      fc.property(fc.array(variant, { minLength: 1, maxLength: 8 }), fc.nat(7), (variants, turn) => {
        const own = variants.filter(({ hash }) => hash.startsWith(OWN));
        const candidates = own.length > 0 ? own : variants;
        const [smallest = ""] = candidates.map(({ hash, log }) => `${hash} ${log}`).toSorted();
        const turned = [...variants.slice(turn), ...variants.slice(0, turn)];
        for (const each of [variants, variants.toReversed(), turned]) {
          const { hash, log } = firstOf(each) ?? { hash: "", log: "" };
          expect(`${hash} ${log}`).toBe(smallest);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("none stands before itself", () => {
    fc.assert(
      fc.property(variant, (each) => {
        expect(standsBefore(ID, each, { ...each })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
