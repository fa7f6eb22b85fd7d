import { type Difference, differenceOf } from "../../archive/audit/difference.ts";
import { dayName } from "../../core/hour.ts";
import { DAY_MS } from "../../core/units.ts";
import { SEGMENTS, type Segment } from "../segment.ts";
import type { DuckDb } from "../tables/duck-db.ts";
import { type DayCount, recountedDay } from "./day-counts.ts";

/** What `counts` answers. */
export interface LiveCounts {
  /** The rows of a day, in days since 1970. Rejects with `IoError`, also where what they rest on cannot be trusted. */
  rowsOf(segment: Segment, day: number): Promise<readonly DayCount[]>;
  close(): void;
}

/** Counts are those of all streams together. */
export const ALL_STREAMS = "counts";

/** Holds what `counts` answers for a day against what was just recounted, by every segment. Rejects with `IoError`. */
export async function checkLive(db: DuckDb, live: LiveCounts, day: number): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const segment of SEGMENTS) {
    const recounted = byKey(await recountedDay(db, segment, day));
    const answered = byKey(await live.rowsOf(segment, day));
    for (const name of [...new Set([...recounted.keys(), ...answered.keys()])].toSorted()) {
      const expected = wordsOf(recounted.get(name));
      const found = wordsOf(answered.get(name));
      if (expected === found) continue;
      const { event, key } = recounted.get(name) ?? answered.get(name) ?? { event: "", key: null };
      const place = key === null ? segment : `${segment} "${key}"`;
      const what = `count of ${event} by ${place} on ${dayName(day * DAY_MS)}`;
      differences.push(differenceOf(ALL_STREAMS, { what, expected, found }));
    }
  }
  return differences;
}

function byKey(rows: readonly DayCount[]): ReadonlyMap<string, DayCount> {
  return new Map(rows.map((row) => [JSON.stringify([row.event, row.key]), row]));
}

function wordsOf(row: DayCount | undefined): string | null {
  if (row === undefined) return null;
  const { count, unique_users: users, sessions, per_user: perUser } = row;
  const spread = perUser ? ` (mean ${perUser.mean}, median ${perUser.median}, most ${perUser.max})` : "";
  return `${count} of ${users} users in ${sessions} sessions${spread}`;
}
