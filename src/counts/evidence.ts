import { UNDATED_HOUR } from "../core/hour.ts";
import { HOUR_MS } from "../core/units.ts";
import type { StreamBook } from "./books/stream-book.ts";
import type { CountRow } from "./cube.ts";

/** What the rows of one span rest on, in the words of the JSON. */
export interface EvidenceSet {
  readonly from: string;
  readonly to: string;
  /** They name the lines, with hashes. */
  readonly manifests: readonly { readonly name: string; readonly sha256: string }[];
  /** Names of objects with lines of the span that are not sealed. */
  readonly unsealed: readonly string[];
}

/** What rows rest on: all those of one span on the same. */
export interface Evidence {
  readonly sets: readonly EvidenceSet[];
  /** The number of the set of a row, from 0. */
  setOf(row: CountRow): number;
}

export function evidenceOf(books: readonly StreamBook[], rows: readonly CountRow[]): Evidence {
  const numbers = new Map<string, number>();
  const sets: EvidenceSet[] = [];
  for (const { from, to } of rows) {
    const name = spanName(from, to);
    if (numbers.has(name)) continue;
    numbers.set(name, sets.length);
    sets.push(evidenceSet(books, from, to));
  }
  return { sets, setOf: ({ from, to }) => numbers.get(spanName(from, to)) ?? 0 };
}

function evidenceSet(books: readonly StreamBook[], from: string, to: string): EvidenceSet {
  const [fromHour, toHour] = [Date.parse(from) / HOUR_MS, Date.parse(to) / HOUR_MS];
  const isWithin = (hour: number): boolean => hour !== UNDATED_HOUR && hour >= fromHour && hour < toHour;
  return {
    from,
    to,
    // A span of hours lies within a day, and periods begin and end with one.
    manifests: books.flatMap(({ plans }) =>
      plans
        .filter(({ isRecord, span }) => !isRecord && isWithin(span.firstHour))
        .map(({ name, sha256 }) => ({ name, sha256 })),
    ),
    unsealed: books.flatMap(({ tail }) =>
      tail.filter(({ unsealed }) => unsealed.some(isWithin)).map(({ object }) => object.name),
    ),
  };
}

function spanName(from: string, to: string): string {
  return `${from} ${to}`;
}
