import type { SearchRow } from "../../../explorer/logs-answers.ts";

/** A row, and where it stands in the order. */
interface TimedRow {
  readonly timeMs: number;
  readonly row: SearchRow;
}

/** The newest rows of a search, each handed over once nothing newer can come. */
export interface NewestRows {
  /** Says whether a row of that time would be shown at all; null has no time. */
  wants(timeMs: number | null): boolean;
  add(timeMs: number | null, row: SearchRow): void;
  /** Those that are later than all that may still come, in order, and were not handed over before. */
  take(frontierMs: number): SearchRow[];
}

export function createNewestRows(limit: number): NewestRows {
  // The newest first.
  const rows: TimedRow[] = [];
  let taken = 0;
  const keyOf = (timeMs: number | null): number => timeMs ?? 0;
  return {
    wants: (timeMs) => rows.length < limit || keyOf(timeMs) > (rows.at(-1)?.timeMs ?? 0),
    add(timeMs, row) {
      const key = keyOf(timeMs);
      let at = rows.length;
      // Of one moment the one that came first stays first.
      while (at > taken && (rows[at - 1]?.timeMs ?? 0) < key) at -= 1;
      rows.splice(at, 0, { timeMs: key, row });
      if (rows.length > limit) rows.pop();
    },
    take(frontierMs) {
      const first = taken;
      while (taken < rows.length && (rows[taken]?.timeMs ?? 0) > frontierMs) taken += 1;
      return rows.slice(first, taken).map(({ row }) => row);
    },
  };
}
