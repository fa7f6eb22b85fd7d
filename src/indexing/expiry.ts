import { DAY_MS } from "../core/units.ts";
import { readDayIndex } from "./day-index.ts";

/** An index, as the cluster shows it. */
export interface ShownIndex {
  readonly name: string;
  /** What logtally has noted there that it holds; null where it noted nothing. */
  readonly holds: string | null;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

export interface Expiry<Index extends ShownIndex> {
  readonly expired: readonly Index[];
  /** Names of indices that are old enough, and carry no note of ours. */
  readonly unmarked: readonly string[];
}

/**
 * The indices of whole days, and what is outside of all, that are older than `keepMs`, a day at least: those of a day
 * when it has been over for so long, those of no day when they were made so long ago. Only what logtally has made: by
 * its name and by the note in it.
 */
export function expiryOf<Index extends ShownIndex>(
  indices: readonly Index[],
  prefix: string,
  keepMs: number,
  nowMs: number,
): Expiry<Index> {
  const expired: Index[] = [];
  const unmarked: string[] = [];
  // Nobody's typing error takes what is still written to.
  const borderMs = nowMs - Math.max(keepMs, DAY_MS);
  for (const index of indices) {
    const named = readDayIndex(prefix, index.name);
    if (named === null) continue;
    const overMs = named.day === null ? index.createdAtMs : (named.day + 1) * DAY_MS;
    if (overMs > borderMs) continue;
    if (index.holds === named.kind) expired.push(index);
    else unmarked.push(index.name);
  }
  return { expired, unmarked };
}
