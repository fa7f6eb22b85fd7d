import type { ArchivedLine } from "../core/archived-line.ts";
import { leafHash } from "../core/identity.ts";

/** Matches that are remembered, so that a repeat is not found twice: about 100 MiB. */
const MOST_REMEMBERED = 1_000_000;

/** Says of each line whether it was not found before; variants of an id are lines of their own. */
export function createFoundOnce(): (line: ArchivedLine) => boolean {
  const found = new Set<string>();
  return ({ meta, buffer, start, end }) => {
    const variant = meta.id + leafHash(buffer, start, end);
    if (found.has(variant)) return false;
    if (found.size < MOST_REMEMBERED) found.add(variant);
    return true;
  };
}
