import { hourText } from "../../core/hour.ts";
import { shortened } from "../../core/shortened.ts";
import type { Dimensions } from "../../derive/dimensions.ts";
import type { Explanation, Finding } from "../../derive/explainer.ts";
import type { ExplainedLine } from "./explained-line.ts";

/** What is printed of a value. */
const MOST_VALUE_CHARS = 1000;

/** One line of JSON; docs/reference/cli.md describes it. */
export function explainJson({ number, line, dimensions, explanation, document }: ExplainedLine): string {
  const { log, id, identifiedBy, hour, timeMs, lane, reason, message } = line;
  const json = {
    line: number,
    log,
    id,
    identified_by: identifiedBy,
    hour: hourText(hour),
    time: timeMs === null ? null : new Date(timeMs).toISOString(),
    lane,
    reason: reason ?? undefined,
    message_id: message?.messageId,
    ...explanationJson(explanation, dimensions),
    redactions: document.masked,
    index: document.index,
  };
  // As it is sent: numbers of any size keep their digits.
  return `${JSON.stringify(json).slice(0, -1)},"document":${document.source}}\n`;
}

/** What is said of the events of a line. */
export function explanationJson(explanation: Explanation, dimensions: Dimensions | null) {
  // What an event can be counted by, and no more.
  const shown = dimensions === null ? null : { ...dimensions, ownsGroup: undefined };
  return {
    has_rules: explanation.hasRules,
    dimensions: shown,
    events: explanation.events.map(({ event, rule, operation, detail, conditions }) => ({
      event,
      rule,
      operation,
      detail,
      conditions: conditions.map(findingJson),
    })),
    near_misses: explanation.nearMisses.map(({ event, rule, isNear, failed, unless, refines }) => ({
      event,
      rule,
      near: isNear,
      failed: failed.map(findingJson),
      unless: unless ?? undefined,
      refines: refines ?? undefined,
    })),
  };
}

function findingJson({ field, value, wanted }: Finding) {
  return { field, value: value === null ? null : valueJson(value), wanted };
}

/** A text, a boolean or an exact number as it is; what else a line may hold as its JSON text. */
function valueJson(text: string): string | number | boolean {
  const value: unknown = JSON.parse(text);
  if (typeof value === "boolean" || (typeof value === "number" && String(value) === text)) return value;
  return shortened(typeof value === "string" ? value : text, MOST_VALUE_CHARS);
}
