import { UsageError } from "../../core/fault.ts";
import type { LineConditions } from "../archive/search/line-filter.ts";
import { fieldCondition } from "../options/field-condition.ts";
import { instantBefore } from "../options/instant.ts";
import type { TimeSpan } from "../options/time-span.ts";
import type { AskedParams } from "./asked-params.ts";

/** The span that `since` and `until` tell; `what` is done there. Throws `UsageError`. */
export function askedSpan(asked: AskedParams, nowMs: number, what: string): TimeSpan {
  const instant = instantBefore(nowMs);
  const [since, until] = [asked.one("since", instant), asked.one("until", instant)];
  if (since !== undefined && until !== undefined && since >= until) {
    throw new UsageError(
      `${what} from ${timeText(since)} to ${timeText(until)}: the end is not later than the start, so that nothing lies ` +
        "between them (hint: the end is the first moment that is left out)",
    );
  }
  return { since, until };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace("T", " ");
}

/** What else is asked of lines, by the names of the options of `archive find`. Throws `UsageError`. */
export function askedConditions(asked: AskedParams): LineConditions {
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
