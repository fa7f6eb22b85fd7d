import type { ArchivedLine } from "../../core/archived-line.ts";
import { UNKNOWN_LOG } from "../../core/line.ts";
import type { Decoder } from "../../decode/decoder.ts";
import type { LogRecord } from "../../decode/record.ts";
import type { FactParts } from "../fact-reader.ts";

/** What a line came as: as its component wrote it, as FluentD sends it on, or in an entry of Cloud Logging. */
export const LINE_FORMS = ["bare", "fluentd", "logentry"] as const;

export type LineForm = (typeof LINE_FORMS)[number];

export const FORM_WORDS: Readonly<Record<LineForm, string>> = {
  bare: "bare lines",
  fluentd: "FluentD records",
  logentry: "log entries",
};

/** How the lines of a log arrived. */
export interface LogRoads {
  readonly log: string;
  /** Lines of each form, the most frequent first; none without lines. */
  readonly roads: readonly { readonly form: LineForm; readonly lines: number }[];
  /** Requests, by `correlation_id`, whose events this log brought in several forms: they count twice. */
  readonly requests_twice: number;
}

/** True where the same event may have come twice; what is of no known log has no events. */
export function isByTwoRoads({ log, roads }: LogRoads): boolean {
  return log !== UNKNOWN_LOG && roads.length > 1;
}

/** By what the lines of an event name their users. */
export interface UserNaming {
  readonly event: string;
  readonly number: number;
  /** By their name only. */
  readonly name: number;
  readonly nobody: number;
}

/** What facts do not tell of lines. */
export interface LineLook {
  readonly add: (line: ArchivedLine) => void;
  /** In order of logs. */
  roads(): LogRoads[];
  /** In order of events. */
  users(): UserNaming[];
}

interface SeenLog {
  readonly lines: Map<LineForm, number>;
  /** `correlation_id` → the only form of its lines; null for several. */
  readonly requests: Map<string, LineForm | null>;
}

/** Lines have to be as few as their caller can keep in mind: their requests are remembered. */
export function createLineLook({ decoder, derive, dimensionsOf }: Omit<FactParts, "pseudonyms">): LineLook {
  const logs = new Map<string, SeenLog>();
  const events = new Map<string, { number: number; name: number; nobody: number }>();
  const formOf = createFormOf(decoder);
  const requestSlot = decoder.slotOf("correlation_id");

  function seenLog(log: string): SeenLog {
    const seen = logs.get(log) ?? { lines: new Map(), requests: new Map() };
    logs.set(log, seen);
    return seen;
  }

  return {
    add({ buffer, start, end, meta }) {
      const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
      if (record === null) return;
      const form = formOf(record);
      const { lines, requests } = seenLog(record.log);
      lines.set(form, (lines.get(form) ?? 0) + 1);
      const derived = record.fields === null ? [] : derive(record.log, record.fields);
      if (record.fields === null || derived.length === 0) return;
      const request = record.fields.string(requestSlot);
      if (request !== null) addRequest(requests, request, form);
      const naming = namingOf(dimensionsOf(record.log, record.fields).user);
      for (const { event } of derived) {
        const counted = events.get(event) ?? { number: 0, name: 0, nobody: 0 };
        events.set(event, counted);
        counted[naming] += 1;
      }
    },
    roads: () =>
      inOrder(logs).map(([log, { lines, requests }]) => ({
        log,
        roads: [...lines].map(([form, count]) => ({ form, lines: count })).toSorted((a, b) => b.lines - a.lines),
        requests_twice: requests.values().reduce((sum, form) => sum + (form === null ? 1 : 0), 0),
      })),
    users: () => inOrder(events).map(([event, naming]) => ({ event, ...naming })),
  };
}

function addRequest(requests: SeenLog["requests"], request: string, form: LineForm): void {
  const known = requests.get(request);
  requests.set(request, known === undefined || known === form ? form : null);
}

/** FluentD gives every record a tag; an entry of Cloud Logging has three fields that stand in no other line. */
function createFormOf({ slotOf }: Decoder): (record: LogRecord) => LineForm {
  const tagSlot = slotOf("tag");
  return ({ entryKey, fields }) => {
    if (entryKey !== null) return "logentry";
    return fields?.has(tagSlot) === true ? "fluentd" : "bare";
  };
}

function namingOf(user: string | null): "number" | "name" | "nobody" {
  if (user === null) return "nobody";
  return user.startsWith("id:") ? "number" : "name";
}

function inOrder<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
