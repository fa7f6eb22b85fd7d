import type { CountRow } from "../../../counts/cube.ts";
import type { PeriodName } from "../../../counts/period.ts";

/** A row of the table, and what it was in the span that it is compared with. */
export interface ComparedRow {
  readonly row: CountRow & { readonly evidence?: number };
  /** Null where nothing is compared; 0 where there was none. */
  readonly before: number | null;
}

/** What a table may be sorted by. */
export const SORTS = ["count", "unique_users", "sessions", "event", "key"] as const;

export type Sort = (typeof SORTS)[number];

/** The rows of a period, beside those of another answer where there is one; the largest first, names in their order. */
export function comparedRows(
  rows: readonly CountRow[],
  period: PeriodName,
  before: readonly CountRow[] | null,
  sort: Sort,
): ComparedRow[] {
  const known = new Map(before?.filter((row) => row.period === period).map((row) => [nameOf(row), row.count]));
  return rows
    .filter((row) => row.period === period)
    .map((row) => ({ row, before: before === null ? null : (known.get(nameOf(row)) ?? 0) }))
    .toSorted((a, b) => compare(a.row, b.row, sort));
}

function nameOf({ event, key }: CountRow): string {
  return JSON.stringify([event, key]);
}

function compare(a: CountRow, b: CountRow, sort: Sort): number {
  if (sort === "event" || sort === "key") return (a[sort] ?? "") < (b[sort] ?? "") ? -1 : 1;
  return (b[sort] ?? 0) - (a[sort] ?? 0);
}
