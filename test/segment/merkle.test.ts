/** Goal: the tree has the shape of RFC 6962. Method: its recursive definition, written down naively, for 0 to 70 leaves. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { merkleRoot } from "../../src/segment/merkle.ts";

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Section 2.1 of the RFC: split at the largest power of two below the number of leaves. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

describe("merkleRoot", () => {
  it.each(Array.from({ length: 71 }, (_, count) => count))("is that of RFC 6962 over %i leaves", (count) => {
    const leaves = Array.from({ length: count }, (_, index) => sha256(Buffer.from([0]), Buffer.from(`line ${index}`)));
    const root = merkleRoot(leaves.map((leaf) => leaf.toString("hex")));
    expect(root.toString("hex")).toBe(naiveRoot(leaves).toString("hex"));
  });

  it("gives roots that later calls leave alone", () => {
    const none = merkleRoot([]);
    const some = merkleRoot(["00".repeat(32), "11".repeat(32)]);
    const before = some.toString("hex");
    merkleRoot(["22".repeat(32), "33".repeat(32), "44".repeat(32)]);
    expect(some.toString("hex")).toBe(before);
    expect(none.toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
