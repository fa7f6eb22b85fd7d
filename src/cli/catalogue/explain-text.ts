import { QUARANTINE_WORDS } from "../../core/fault.ts";
import { hourOf, hourText, UNDATED_HOUR } from "../../core/hour.ts";
import type { Line } from "../../core/line.ts";
import { hasHidden, printable } from "../../core/printable.ts";
import type { Dimensions } from "../../derive/dimensions.ts";
import type { ExplainedEvent, Explanation, NearMiss, RulePlace } from "../../derive/explainer.ts";
import type { ExplainedDocument } from "./explained-document.ts";
import type { ExplainedLine } from "./explained-line.ts";

const KIND_WIDTH = "near miss".length;
const CONTINUED = " ".repeat(2 + KIND_WIDTH + 4);
/** Of a long text the beginning and the end are shown. */
const MOST_CHARS = 60;

/** A block of lines for one line of the input, `width` columns wide; only what cannot be parted is longer. */
export function explainText(
  { number, line, dimensions, explanation, document, showsDocument }: ExplainedLine,
  width: number,
): string {
  const { events, nearMisses } = explanation;
  const nameWidth = Math.max(0, ...[...events, ...nearMisses].map(({ event }) => event.length));
  const rows = [
    headText(number, line),
    ...(dimensions === null ? [] : [`  ${dimensionsText(dimensions)}`]),
    ...noEventsText(line, explanation).map((text) => `  ${text}`),
    ...events.map((event) => rowText("counts", event, nameWidth, eventParts(event), width)),
    ...nearMisses.map((miss) =>
      rowText(miss.isNear ? "near miss" : "no match", miss, nameWidth, missParts(miss), width),
    ),
    ...documentText(document, showsDocument),
  ];
  return `${rows.join("\n")}\n`;
}

function headText(number: number, { log, timeMs, id, identifiedBy, lane, hour, message }: Line): string {
  const time = timeMs === null ? "no time" : new Date(timeMs).toISOString();
  const parts = [`line ${number}`, log, time, `id ${id} by ${identifiedBy}`];
  if (lane !== "line") parts.push(`lane ${lane}`);
  if (hour !== (timeMs === null ? UNDATED_HOUR : hourOf(timeMs))) parts.push(`filed under ${hourText(hour)}`);
  if (message !== null) parts.push(`message ${shown(message.messageId)}`);
  return parts.join("  ");
}

function dimensionsText({ instance, plan, group, project, user, visitor, category }: Dimensions): string {
  const others = user === visitor ? null : visitor?.replace("\n", " ").trimEnd();
  const named = Object.entries({ instance, plan, group, project, user, visitor: others, category });
  const parts = named.flatMap(([name, value]) => (value ? [`${name} ${shown(value)}`] : []));
  return parts.length === 0 ? "no dimensions" : parts.join(" · ");
}

/** What of the line does not get into the index, and, where it is asked for, what does. */
function documentText({ index, source, masked }: ExplainedDocument, isShown: boolean): string[] {
  const kinds = masked.map(({ kind, count }) => (count === 1 ? kind : `${kind} (${count})`));
  const redactions = kinds.length === 0 ? [] : [`  masked in the index: ${kinds.join(", ")}`];
  if (!isShown) return redactions;
  const lines = JSON.stringify(JSON.parse(source), null, 2).split("\n");
  return [...redactions, `  document${index === null ? "" : ` in ${index}`}:`, ...lines.map((line) => `  ${line}`)];
}

/** Why there can be no event, whatever the rules. */
function noEventsText({ reason, log }: Line, { hasRules }: Explanation): string[] {
  if (reason !== null) return [`quarantined, so without events: ${reason}, ${QUARANTINE_WORDS[reason].meaning}`];
  return hasRules ? [] : [`no rule is for the log ${log}`];
}

/** What cannot be parted, in the order in which it is shown. */
function eventParts(event: ExplainedEvent): string[] {
  const conditions = event.conditions.map(({ field, value, wanted }) => {
    const found = foundText(value);
    return found === wanted ? `${field} is ${found}` : `${field} is ${found} (${cut(wanted)})`;
  });
  const [rule = "", ...others] = ruleParts(event, conditions);
  return [`${event.operation}  ${shown(event.detail)}`, ` ${rule}`, ...others];
}

function missParts(miss: NearMiss): string[] {
  const { failed, unless, refines } = miss;
  const obstacles = failed.map(({ field, value, wanted }) => `${field} is ${foundText(value)}, wanted ${wanted}`);
  if (unless !== null) obstacles.push(`not beside ${unless}, which the line counts`);
  if (refines !== null) {
    obstacles.push(`only beside ${refines.join(" or ") || "an event of another log"}, which the line does not count`);
  }
  return ruleParts(miss, obstacles);
}

function ruleParts({ rule, ruleCount }: RulePlace, texts: readonly string[]): string[] {
  const [first = "no conditions", ...others] = texts;
  const name = ruleCount === 1 ? "rule" : `rule ${rule} of ${ruleCount}`;
  const parts = [`${name}: ${first}`, ...others];
  return parts.map((part, index) => (index < texts.length - 1 ? `${part};` : part));
}

function foundText(value: string | null): string {
  return value === null ? "absent" : printable(cut(value));
}

/** Kind and event in columns, then the parts, as many on each line as fit. */
function rowText(
  kind: string,
  { event }: RulePlace,
  nameWidth: number,
  parts: readonly string[],
  width: number,
): string {
  const lines = [`  ${kind.padEnd(KIND_WIDTH)}  ${event.padEnd(nameWidth)} `];
  for (const part of parts) {
    const longer = `${lines.at(-1)} ${part}`;
    if (longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(`${CONTINUED}${part.trimStart()}`);
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** A text without quotes, unless it holds what a terminal does not show as it is. */
function shown(text: string): string {
  const isPlain = text !== "" && !hasHidden(text) && !/(?! )\p{Zs}/u.test(text);
  return isPlain ? cut(text) : printable(cut(JSON.stringify(text)));
}

function cut(text: string): string {
  if (text.length <= MOST_CHARS) return text;
  const half = MOST_CHARS / 2;
  return `${text.slice(0, half)}…${text.slice(1 - half)}`.toWellFormed();
}
