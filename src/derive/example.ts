import { UNKNOWN_LOG } from "../core/line.ts";
import { createRecordOpener, type LogRecord, type RecordOpener } from "../decode/record.ts";
import { withSpareByte } from "../decode/split.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import type { Catalogue, EventRules } from "./catalogue.ts";
import { createDeriver, type Derive, fieldNames } from "./deriver.ts";
import type { EventBody, Example } from "./rule-schema.ts";

/** Nesting of a line, as pipelines have it where they do not say otherwise. */
const MOST_DEPTH = 128;

/** The lines by which a team says what its events count and ignore: where the rules say otherwise. */
export function exampleProblems(catalogue: Catalogue, bodies: Readonly<Record<string, EventBody>>): FieldProblem[] {
  const withTests = Object.entries(bodies).filter(([, { tests }]) => tests !== undefined);
  if (withTests.length === 0) return [];
  const opener = createRecordOpener(fieldNames(catalogue), MOST_DEPTH);
  const derive = createDeriver(catalogue, opener.slotOf);
  return withTests.flatMap(([event, { tests = [] }]) => {
    const rules = catalogue.events.find((each) => each.event === event);
    return tests.flatMap((example, index) => {
      const what = rules === undefined ? null : contradictionOf(example, rules, opener, derive);
      return what === null ? [] : [fieldProblem(["events", event, "tests", String(index)], what, null)];
    });
  });
}

/** In what the rules contradict the example; null where they agree. */
function contradictionOf(example: Example, rules: EventRules, opener: RecordOpener, derive: Derive): string | null {
  const bytes = withSpareByte(Buffer.from(lineOf(example)));
  const record = opener.open(bytes, 1, bytes.length, null);
  if (record.reason !== null) return `the line is no record: ${record.reason}`;
  if (record.fields === null) return "the line has no fields";
  const log = logOf(record, rules);
  const found = derive(log, record.fields).find(({ event }) => event === rules.event);
  if (example.ignores !== undefined) return found === undefined ? null : `the rules count this line of ${log}`;
  if (found === undefined) return `the rules do not count this line of ${log}`;
  for (const name of ["operation", "detail"] as const) {
    const wanted = example[name];
    if (wanted !== undefined && wanted !== found[name]) {
      return `the rules count this line with ${name} "${found[name]}", not "${wanted}"`;
    }
  }
  return null;
}

function lineOf({ counts, ignores }: Example): string {
  const line = counts ?? ignores;
  return typeof line === "string" ? line : JSON.stringify(line);
}

/** A line that does not say its log is of the one that the rules ask for, if they ask for one only. */
function logOf({ log }: LogRecord, { alternatives }: EventRules): string {
  const logs = new Set(alternatives.flatMap((alternative) => alternative.logs));
  return log === UNKNOWN_LOG && logs.size === 1 ? ([...logs][0] ?? log) : log;
}
