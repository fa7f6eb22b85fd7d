import type { LineSpan } from "../../../archive/find.ts";
import { GIB, MIB } from "../../../core/units.ts";
import type { LineConditions } from "../../archive/search/line-filter.ts";
import { integerUpTo } from "../../options/options.ts";
import { size } from "../../options/size.ts";
import type { TimeSpan } from "../../options/time-span.ts";
import { askedConditions, askedSpan } from "../asked-lines.ts";
import type { AskedParams } from "../asked-params.ts";

/** What is searched for. */
export interface SearchQuestion {
  readonly span: LineSpan;
  readonly conditions: LineConditions;
  /** False where only the time matters: then no line has to be looked at to count them. */
  readonly hasConditions: boolean;
  /** Rows that are shown. */
  readonly limit: number;
  readonly mostBytes: number;
}

const MOST_ROWS = 1000;
const DEFAULT_ROWS = 100;
/** Of lines that nobody has asked anything else of: they are only looked at for what they have in common. */
const UNASKED_BYTES = 48 * MIB;

/** The options of `archive find` as parameters. Throws `UsageError`. */
export function searchQuestion(asked: AskedParams, nowMs: number): SearchQuestion {
  const conditions = askedConditions(asked);
  const hasConditions = Object.keys(conditions).length > 0;
  return {
    span: lineSpan(askedSpan(asked, nowMs, "find lines")),
    conditions,
    hasConditions,
    limit: asked.one("limit", integerUpTo(MOST_ROWS)) ?? DEFAULT_ROWS,
    mostBytes: asked.one("most_bytes", size) ?? (hasConditions ? GIB : UNASKED_BYTES),
  };
}

export function lineSpan({ since, until }: TimeSpan): LineSpan {
  return { sinceMs: since ?? null, untilMs: until ?? null };
}
