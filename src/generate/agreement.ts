import type { ArchiveCounts } from "../counts/archive-counts.ts";
import type { CountRow } from "../counts/cube.ts";
import { TRUTH_SEGMENTS } from "./truth.ts";
import { TRUTH_DAYS } from "./truth-report.ts";

/** What the truth is compared with: the counts in all its segments and periods. Rejects with `IoError`. */
export async function countedRows(counts: Pick<ArchiveCounts, "rows">, asOf: string): Promise<readonly CountRow[]> {
  const rows: CountRow[] = [];
  for (const by of TRUTH_SEGMENTS) {
    const periods = ["all", "28d", "7d", "daily"] as const;
    const query = {
      by,
      level: "aggregate",
      events: null,
      periods,
      days: TRUTH_DAYS,
      asOf,
      withSessions: true,
      foldsPersonal: false,
    } as const;
    rows.push(...(await counts.rows(query)));
  }
  return rows;
}

/** A row on which truth and count differ; null where one of them has no such row. */
export interface Difference {
  /** `git_push by plan gold, daily from 2020-12-22T00:00:00Z` */
  readonly what: string;
  readonly truth: string | null;
  readonly counted: string | null;
}

/** Where the rows of a count are not those of the truth, whatever their order. */
export function differences(truth: readonly CountRow[], counted: readonly CountRow[]): readonly Difference[] {
  const expected = new Map(truth.map((row) => [nameOf(row), figuresOf(row)]));
  const found = new Map(counted.map((row) => [nameOf(row), figuresOf(row)]));
  return [...new Set([...expected.keys(), ...found.keys()])]
    .map((what) => ({ what, truth: expected.get(what) ?? null, counted: found.get(what) ?? null }))
    .filter((each) => each.truth !== each.counted);
}

function nameOf({ event, segment, key, period, from }: CountRow): string {
  return `${event} by ${segment} ${key ?? "in total"}, ${period} from ${from}`;
}

function figuresOf({ count, unique_users: users, sessions, per_user: perUser }: CountRow): string {
  const spread = perUser === undefined ? "" : `, per user ${JSON.stringify(perUser)}`;
  return `${count} events, ${users} users, ${sessions} sessions${spread}`;
}
