import { hash } from "node:crypto";

/** A Merkle tree of RFC 6962 shape that is kept whole, so that it tells the path of each leaf: 130 bytes for a leaf. */
export interface MerkleLevels {
  /** 64 hex digits. */
  readonly root: string;
  /** The nodes beside the way from the leaf to the root, the lowest first; 64 hex digits each. */
  path(index: number): string[];
}

/** Of at least one leaf; each is the hash of a leaf, 64 hex digits. Throws a `RangeError` for none. */
export function merkleLevels(leaves: readonly string[]): MerkleLevels {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    level = levelAbove(level);
    levels.push(level);
  }
  const [root] = levels.at(-1) ?? [];
  if (root === undefined) throw new RangeError("no leaf, and so no path");
  return {
    root,
    path(index) {
      let at = index;
      return levels.flatMap((level) => {
        const beside = level[at ^ 1];
        at >>>= 1;
        // A node without a sibling moves up as it is.
        return beside === undefined ? [] : [beside];
      });
    },
  };
}

/**
 * The root, 64 hex digits, of a tree of `size` leaves, by the hash of the leaf at `index` and its path; null where that
 * is no path of such a leaf.
 */
export function rootByPath(leaf: string, index: number, size: number, path: readonly string[]): string | null {
  if (index >= size) return null;
  let node = leaf;
  let at = index;
  let used = 0;
  // By division, since a size that somebody claims may be larger than 32 bits.
  for (let width = size; width > 1; width = Math.ceil(width / 2)) {
    const isRight = at % 2 === 1;
    if (isRight || at + 1 < width) {
      const beside = path[used];
      if (beside === undefined) return null;
      node = isRight ? parentOf(beside, node) : parentOf(node, beside);
      used += 1;
    }
    at = Math.floor(at / 2);
  }
  return used === path.length ? node : null;
}

function levelAbove(level: readonly string[]): string[] {
  const above: string[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left = "", right] = level.slice(at, at + 2);
    above.push(right === undefined ? left : parentOf(left, right));
  }
  return above;
}

function parentOf(left: string, right: string): string {
  return hash("sha256", Buffer.from(`01${left}${right}`, "hex"), "hex");
}
