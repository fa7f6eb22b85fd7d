import { hash } from "node:crypto";

const HASH_BYTES = 32;
/** Leaves are counted with 32-bit arithmetic; so many levels hold them all. */
const MOST_LEVELS = 33;

/** Root of no leaves: SHA-256 of nothing, as in RFC 6962. */
const EMPTY_ROOT = hash("sha256", "", "buffer");

/**
 * A Merkle tree of RFC 6962 shape that grows leaf by leaf: inner node = SHA-256(0x01 ‖ left ‖ right), and a node
 * without a sibling moves up as it is.
 */
export interface MerkleTree {
  /** Adds the hash of a leaf, 64 hex digits. */
  add(leaf: string): void;
  /** The root over all leaves; the tree is empty afterwards. */
  take(): Buffer;
}

export function createMerkleTree(): MerkleTree {
  // A stack of the roots of full subtrees, the largest at the bottom, behind one spare byte. Two neighbours on top of
  // it become their parent in place; the byte before them is borrowed for the prefix.
  const stack = Buffer.alloc(1 + MOST_LEVELS * HASH_BYTES);
  // Made once: a view costs a third of hashing what it shows.
  const pairs = Array.from({ length: MOST_LEVELS - 1 }, (_none, level) =>
    stack.subarray(level * HASH_BYTES, 1 + (level + 2) * HASH_BYTES),
  );
  let depth = 0;
  let leaves = 0;
  /** Joins the two nodes on top of the stack. */
  const join = (): void => {
    const prefixAt = (depth - 2) * HASH_BYTES;
    const borrowed = stack[prefixAt] ?? 0;
    stack[prefixAt] = 0x01;
    // `binary` is Latin-1, a character for a byte: the cheapest way out of the hash and back into the stack.
    const parent = hash("sha256", pairs[depth - 2] as Buffer, "binary");
    stack[prefixAt] = borrowed;
    stack.write(parent, prefixAt + 1, "latin1");
    depth -= 1;
  };
  return {
    add(leaf) {
      stack.write(leaf, 1 + depth * HASH_BYTES, "hex");
      depth += 1;
      leaves += 1;
      // As in counting: each trailing zero bit of the number of leaves is a pair of equal subtrees.
      for (let rest = leaves; rest % 2 === 0; rest /= 2) join();
    },
    take() {
      if (leaves === 0) return EMPTY_ROOT;
      for (let rest = depth; rest > 1; rest -= 1) join();
      depth = 0;
      leaves = 0;
      return Buffer.from(stack.subarray(1, 1 + HASH_BYTES));
    },
  };
}

/** The root over hashes of leaves, 64 hex digits each. */
export function merkleRoot(leaves: readonly string[]): Buffer {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.take();
}
