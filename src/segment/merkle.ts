import { hash } from "node:crypto";

const HASH_BYTES = 32;

/** Root of no leaves: SHA-256 of nothing, as in RFC 6962. */
const EMPTY_ROOT = hash("sha256", "", "buffer");

/**
 * The root of a Merkle tree of RFC 6962 shape over hashes of leaves (64 hex digits each):
 * inner node = SHA-256(0x01 ‖ left ‖ right), and a node without a sibling moves up as it is.
 */
export function merkleRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  // One spare byte, then the nodes of a level side by side; each level overwrites the one below it. The prefix of a
  // pair goes over the byte before it, which belongs to a node that has been used already.
  const nodes = Buffer.allocUnsafe(1 + leaves.length * HASH_BYTES);
  for (const [index, leaf] of leaves.entries()) nodes.write(leaf, 1 + index * HASH_BYTES, "hex");
  for (let count = leaves.length; count > 1; count = (count + 1) >> 1) {
    for (let pair = 0; pair < count >> 1; pair += 1) {
      const prefixAt = pair * 2 * HASH_BYTES;
      nodes[prefixAt] = 0x01;
      const parent = hash("sha256", nodes.subarray(prefixAt, prefixAt + 1 + 2 * HASH_BYTES), "hex");
      nodes.write(parent, 1 + pair * HASH_BYTES, "hex");
    }
    if (count % 2 === 1) {
      const last = 1 + (count - 1) * HASH_BYTES;
      nodes.copyWithin(1 + (count >> 1) * HASH_BYTES, last, last + HASH_BYTES);
    }
  }
  return Buffer.from(nodes.subarray(1, 1 + HASH_BYTES));
}
