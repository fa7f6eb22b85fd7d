import { DAY_MS } from "../core/units.ts";

/** What an index of a day holds. */
export const DAY_INDEX_KINDS = ["logs", "quarantine", "health"] as const;
export type DayIndexKind = (typeof DAY_INDEX_KINDS)[number];

/** What the name of an index says. */
export interface DayIndex {
  readonly kind: DayIndexKind;
  /** Days since 1970; null for `…-outside`. */
  readonly day: number | null;
}

/** Logs have names of words and dots: an index of a longer prefix, `logtally.logs-x.logs-…`, is none of `logtally`. */
const NAME = /^(?:(logs)-[a-z_]+(?:\.[a-z_]+)*|(quarantine)|(health))-(\d{4}\.\d\d\.\d\d|outside)$/;

/** Reads a name of a pipeline with that prefix; null for any other name, and for one of no day. */
export function readDayIndex(prefix: string, name: string): DayIndex | null {
  const start = `${prefix}.`;
  const match = name.startsWith(start) ? NAME.exec(name.slice(start.length)) : null;
  const kind = DAY_INDEX_KINDS.find((each) => each === (match?.[1] ?? match?.[2] ?? match?.[3]));
  if (match === null || kind === undefined) return null;
  const end = match[4] ?? "";
  if (end === "outside") return { kind, day: null };
  const written = end.replaceAll(".", "-");
  const timeMs = Date.parse(`${written}T00:00:00Z`);
  // A 30th of February has a time too.
  const isDay = !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(written);
  return isDay ? { kind, day: timeMs / DAY_MS } : null;
}
