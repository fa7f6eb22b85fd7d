import { UNKNOWN_LOG } from "../core/line.ts";
import { printable } from "../core/printable.ts";
import { shortened } from "../core/shortened.ts";
import { createRecordOpener, type LogRecord, type RecordOpener } from "../decode/record.ts";
import { withSpareByte } from "../decode/split.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { catalogueFields } from "./catalogue-fields.ts";
import type { Catalogue, EventRules } from "./event-rules.ts";
import { createExplainer, type Explain, type NearMiss } from "./explainer.ts";
import type { EventBody, Example } from "./rule-schema.ts";

/** Nesting of a line, as pipelines have it where they do not say otherwise. */
const MOST_DEPTH = 128;
/** Longer values say no more in a message. */
const MOST_SHOWN = 60;

/**
 * The lines by which a team says what its events count and ignore: where the rules say otherwise, and why. A line that
 * does not say its log is of the one that the rules ask for, if they ask for one only.
 */
export function exampleProblems(catalogue: Catalogue, bodies: Readonly<Record<string, EventBody>>): FieldProblem[] {
  const opener = createRecordOpener(catalogueFields(catalogue), MOST_DEPTH);
  return catalogue.events.flatMap((rules) => {
    const tests = bodies[rules.event]?.tests ?? [];
    if (tests.length === 0) return [];
    const explain = createExplainer(catalogue, opener.slotOf, [rules.event]);
    return tests.flatMap((example, index) => {
      const what = contradictionOf(example, rules, opener, explain);
      return what === null ? [] : [fieldProblem(["events", rules.event, "tests", String(index)], what, null)];
    });
  });
}

/** In what the rules contradict the example; null where they agree. */
function contradictionOf(example: Example, rules: EventRules, opener: RecordOpener, explain: Explain): string | null {
  const line = example.counts ?? example.ignores;
  if (holdsInexactNumber(line)) return "a number of it is too large for YAML: give the line as a text";
  const bytes = withSpareByte(Buffer.from(typeof line === "string" ? line : JSON.stringify(line)));
  const record = opener.open(bytes, 1, bytes.length, null);
  if (record.reason !== null) return `the line is no record: ${record.reason}`;
  const log = logOf(record, rules);
  const { events, nearMisses } = explain(log, record.fields);
  const [found] = events;
  if (example.ignores !== undefined) return found === undefined ? null : `the rules count this line of ${log}`;
  if (found === undefined) return `the rules do not count this line of ${log}${becauseOf(nearMisses[0])}`;
  for (const name of ["operation", "detail"] as const) {
    const wanted = example[name];
    if (wanted !== undefined && wanted !== found[name]) {
      return `the rules count this line with ${name} "${printable(found[name])}", not "${wanted}"`;
    }
  }
  return null;
}

function becauseOf(miss: NearMiss | undefined): string {
  if (miss === undefined) return ", which they do not ask for";
  const reasons = miss.failed.map(({ field, value, wanted }) => {
    return `"${field}" is ${value === null ? "absent" : printable(shortened(value, MOST_SHOWN))}, wanted ${wanted}`;
  });
  if (miss.unless !== null) reasons.push(`it counts "${miss.unless}"`);
  if (miss.refines !== null) {
    const bases = miss.refines.map((name) => `"${name}"`).join(" or ") || "the event of another log that it refines";
    reasons.push(`it does not count ${bases}`);
  }
  return `: ${reasons.join("; ")}`;
}

/** YAML reads numbers as doubles: of a large one other digits would come out than stand there. */
function holdsInexactNumber(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInexactNumber);
}

function logOf({ log }: LogRecord, { alternatives }: EventRules): string {
  const logs = new Set(alternatives.flatMap((alternative) => alternative.logs));
  return log === UNKNOWN_LOG && logs.size === 1 ? ([...logs][0] ?? log) : log;
}
