import type { LineSpan } from "../../../archive/find.ts";
import { GIB, MIB } from "../../../core/units.ts";
import type { LineConditions } from "../../archive/line-filter.ts";
import { fieldCondition } from "../../options/field-condition.ts";
import { instantBefore } from "../../options/instant.ts";
import { integerUpTo } from "../../options/options.ts";
import { size } from "../../options/size.ts";
import { checkSpan } from "../../options/time-span.ts";
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
  const conditions = conditionsOf(asked);
  const hasConditions = Object.keys(conditions).length > 0;
  return {
    span: spanOf(asked, nowMs, "find lines"),
    conditions,
    hasConditions,
    limit: asked.one("limit", integerUpTo(MOST_ROWS)) ?? DEFAULT_ROWS,
    mostBytes: asked.one("most_bytes", size) ?? (hasConditions ? GIB : UNASKED_BYTES),
  };
}

/** The span that `since` and `until` tell. Throws `UsageError`. */
export function spanOf(asked: AskedParams, nowMs: number, what: string): LineSpan {
  const instant = instantBefore(nowMs);
  const [since, until] = [asked.one("since", instant), asked.one("until", instant)];
  checkSpan({ since, until }, what);
  return { sinceMs: since ?? null, untilMs: until ?? null };
}

function conditionsOf(asked: AskedParams): LineConditions {
  const field = asked.all("field", fieldCondition);
  const texts = {
    log: asked.one("log", String),
    event: asked.one("event", String),
    user: asked.one("user", String),
    group: asked.one("group", String),
    project: asked.one("project", String),
    correlationId: asked.one("correlation_id", String),
    status: asked.one("status", String),
    text: asked.one("text", String),
  };
  const given = Object.entries(texts).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(field.length === 0 ? {} : { field }) };
}
