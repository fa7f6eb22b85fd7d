/**
 * Goal: a path leads from each leaf to the root of RFC 6962, and nothing else does.
 * Method: every leaf of trees of 1 to 70 leaves, with the roots of `merkleRoot`, which has a test of its own; paths
 * that are cut, longer, of another place or of other hashes.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merkleRoot } from "../../src/segment/merkle.ts";
import { merkleLevels, rootByPath } from "../../src/segment/merkle-path.ts";

const leavesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => createHash("sha256").update(`\0line ${index}`).digest("hex"));

describe("merkleLevels", () => {
  it.each(Array.from({ length: 70 }, (_, index) => index + 1))("has paths to the root over %i leaves", (count) => {
    const leaves = leavesOf(count);
    const levels = merkleLevels(leaves);
    expect(levels.root).toBe(merkleRoot(leaves).toString("hex"));
    for (const [index, leaf] of leaves.entries()) {
      const path = levels.path(index);
      expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
      expect(rootByPath(leaf, index, count, path)).toBe(levels.root);
    }
  });

  it("has none over no leaves", () => {
    expect(() => merkleLevels([])).toThrow(RangeError);
  });
});

describe("rootByPath", () => {
  it("gives another root, or none, where leaf, place or path are others", () => {
    const place = fc
      .integer({ min: 1, max: 70 })
      .chain((count) => fc.record({ count: fc.constant(count), index: fc.nat({ max: count - 1 }), at: fc.nat() }));
    const alteration = fc.constantFrom("leaf", "index", "node", "cut", "longer", "size");
    fc.assert(
      fc.property(place, alteration, ({ count, index, at }, altered) => {
        const leaves = leavesOf(count);
        const levels = merkleLevels(leaves);
        const path = levels.path(index);
        const other = "0".repeat(64);
        const found = {
          leaf: () => rootByPath(other, index, count, path),
          index: () => (count === 1 ? null : rootByPath(leaves[index] ?? "", (index + 1) % count, count, path)),
          node: () =>
            path.length === 0
              ? null
              : rootByPath(leaves[index] ?? "", index, count, path.with(at % path.length, other)),
          cut: () => (path.length === 0 ? null : rootByPath(leaves[index] ?? "", index, count, path.slice(1))),
          longer: () => rootByPath(leaves[index] ?? "", index, count, [...path, other]),
          // Of another depth: that of a neighbouring size is often the same.
          size: () => rootByPath(leaves[index] ?? "", index, 4 * count, path),
        }[altered]();
        expect(found).not.toBe(levels.root);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a place behind the end, and sizes that nobody has", () => {
    const [leaf = ""] = leavesOf(1);
    expect(rootByPath(leaf, 0, 1, [])).toBe(leaf);
    expect(rootByPath(leaf, 1, 1, [])).toBeNull();
    expect(rootByPath(leaf, 0, Number.MAX_SAFE_INTEGER, [])).toBeNull();
    const path = Array.from({ length: 53 }, () => leaf);
    expect(rootByPath(leaf, 2 ** 52, Number.MAX_SAFE_INTEGER, path)).toMatch(/^[0-9a-f]{64}$/);
  });
});
