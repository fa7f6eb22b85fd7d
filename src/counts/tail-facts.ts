import type { Conflict } from "../archive/manifest.ts";
import { eachTailLine } from "../archive/seal/tail-lines.ts";
import { hourOfId } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { DAY_HOURS } from "../core/units.ts";
import { ownHour } from "./books/newest-hour.ts";
import type { StreamBook } from "./books/stream-book.ts";
import type { FactReader } from "./fact-reader.ts";
import type { FactTable } from "./tables/fact-table.ts";

/** The lines of one stream that are not sealed, beside their facts. */
export interface TailFacts {
  readonly stream: string;
  /** Lines that a seal would keep. */
  readonly lines: number;
  /** How many of them are filed under a day, in days since 1970. */
  readonly days: ReadonlyMap<number, number>;
  /** The newest hour that has a line of its own; null where there is none. */
  readonly newestHour: number | null;
  readonly conflicts: readonly Conflict[];
}

/** Where the facts of lines lie that are not sealed. */
export const TAIL_ORIGIN = "tail";

/** Derives the facts of what is not sealed yet into the table. Rejects with `IoError`. */
export async function readTailFacts(
  store: ObjectStore,
  reader: FactReader,
  table: FactTable,
  { stream, plans, tail }: StreamBook,
): Promise<TailFacts> {
  const source = { stream, origin: TAIL_ORIGIN };
  const days = new Map<number, number>();
  let lines = 0;
  let newestHour: number | null = null;
  const conflicts = await eachTailLine(store, plans, tail, (line, hash) => {
    const { id, timeMs } = line.meta;
    for (const fact of reader.factsOf(line, hash)) table.append(fact, source);
    lines += 1;
    const day = dayOfId(id);
    days.set(day, (days.get(day) ?? 0) + 1);
    const hour = ownHour(id, timeMs);
    if (hour !== null && (newestHour === null || hour > newestHour)) newestHour = hour;
  });
  return { stream, lines, days, newestHour, conflicts };
}

/** The day that a line counts on. */
export function dayOfId(id: string): number {
  return Math.floor(hourOfId(id) / DAY_HOURS);
}
