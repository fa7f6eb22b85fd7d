import type { Moment } from "../../archive/lines-around.ts";
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
  /** Lines that count. */
  readonly counted: number;
  /** Requests, by `correlation_id`, of these lines. */
  readonly requests: number;
  /** Of them, those whose lines came in several forms: their events count twice. */
  readonly requests_twice: number;
}

/** True where the same line may have come twice; what is of no known log has no events. */
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
  /** Of each log by two roads the latest time by which both had brought a request; the log of most requests first. */
  moments(): Moment[];
  /** In order of events. */
  users(): UserNaming[];
}

interface SeenLog {
  readonly lines: Map<LineForm, number>;
  counted: number;
  /** The time of the newest request, in milliseconds since 1970. */
  readonly newest: Map<LineForm, number>;
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
    const seen = logs.get(log) ?? { lines: new Map(), counted: 0, newest: new Map(), requests: new Map() };
    logs.set(log, seen);
    return seen;
  }

  return {
    add({ buffer, start, end, meta }) {
      const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
      if (record === null) return;
      const form = formOf(record);
      const seen = seenLog(record.log);
      const { lines } = seen;
      lines.set(form, (lines.get(form) ?? 0) + 1);
      const derived = record.fields === null ? [] : derive(record.log, record.fields);
      if (record.fields === null || derived.length === 0) return;
      seen.counted += 1;
      const request = record.fields.string(requestSlot);
      if (request !== null) addRequest(seen, request, form, meta.timeMs);
      const naming = namingOf(dimensionsOf(record.log, record.fields).user);
      for (const { event } of derived) {
        const counted = events.get(event) ?? { number: 0, name: 0, nobody: 0 };
        events.set(event, counted);
        counted[naming] += 1;
      }
    },
    roads: () =>
      inOrder(logs).map(([log, { lines, counted, requests }]) => ({
        log,
        roads: [...lines].map(([form, count]) => ({ form, lines: count })).toSorted((a, b) => b.lines - a.lines),
        counted,
        requests: requests.size,
        requests_twice: requests.values().reduce((sum, form) => sum + (form === null ? 1 : 0), 0),
      })),
    moments: () =>
      inOrder(logs)
        .toSorted(([, a], [, b]) => b.requests.size - a.requests.size)
        .filter(([, { newest }]) => newest.size > 1)
        .map(([log, { newest }]) => ({ log, timeMs: Math.min(...newest.values()) })),
    users: () => inOrder(events).map(([event, naming]) => ({ event, ...naming })),
  };
}

function addRequest({ requests, newest }: SeenLog, request: string, form: LineForm, timeMs: number | null): void {
  const known = requests.get(request);
  requests.set(request, known === undefined || known === form ? form : null);
  if (timeMs !== null) newest.set(form, Math.max(timeMs, newest.get(form) ?? timeMs));
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
