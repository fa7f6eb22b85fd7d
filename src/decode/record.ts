import parseJson from "fast-json-parse";
import type { QuarantineReason } from "../core/fault.ts";
import type { Fields, SlotOf } from "../core/fields.ts";
import { type MessageInfo, UNKNOWN_LOG } from "../core/line.ts";
import { createFieldReader, type FieldReader } from "./field-reader.ts";
import { knownLog, logOfLogName, logOfTopic } from "./log-name.ts";
import type { MemberList } from "./member-list.ts";
import { epochHasFraction, hasFraction, parseDateTime, parseEpoch } from "./time.ts";

/** What one line says of itself, envelopes opened. */
export interface LogRecord {
  /** Null for a record; else why it is none, and only `log` means something: what the transport says. */
  readonly reason: QuarantineReason | null;
  readonly log: string;
  /** The line's own time, else its LogEntry's; null without both. Milliseconds since 1970. */
  readonly timeMs: number | null;
  /** True where the own time comes with a mark that tells twins apart: fraction, correlation id or job id. */
  readonly isDistinct: boolean;
  /** `(logName, timestamp, insertId)` of a LogEntry that has all three. */
  readonly entryKey: readonly string[] | null;
  /** Null for a text or proto payload: it has no fields. Valid until the next record is opened. */
  readonly fields: Fields | null;
  /** The JSON object whose members the fields are; null without any. */
  readonly object: JsonPlace | null;
  /** All its members, lent likewise; null without any, and where nobody asked for them. */
  readonly members: MemberList | null;
  /** The JSON object of the LogEntry that carries it; null without one. */
  readonly entry: JsonPlace | null;
}

/** Where a JSON value stands. */
export interface JsonPlace {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Opens lines, one after another. Made once: it holds the readers, and names are resolved to slots here. */
export interface RecordOpener {
  /**
   * Opens the line in `[start, end)`, which is valid UTF-8. `message` is what the transport said, if anything.
   * A record without any time is returned as such; whether that is a fault depends on the transport.
   */
  open(buffer: Buffer, start: number, end: number, message: MessageInfo | null): LogRecord;
  /** True where the line opened last has an object `message`, as a dumped Pub/Sub message has. */
  isMessageDump(): boolean;
  readonly slotOf: SlotOf;
  /** As of the readers that it holds. */
  readonly keySlot: (key: string) => number;
}

const TIME_NAMES = ["time", "timestamp", "@timestamp"] as const;
const OWN_NAMES = (
  [
    TIME_NAMES,
    ["subcomponent", "tag", "correlation_id", "jid"],
    ["controller", "action", "params", "route", "query_string", "job_status", "class", "command", "gl_project_path"],
    ["jsonPayload", "textPayload", "protoPayload", "logName", "insertId", "labels", "message"],
  ] as const
).flat();

type OwnName = (typeof OWN_NAMES)[number];
type Slots = Readonly<Record<OwnName, number>>;

/** Names by shape, in the order in which they are tried: all keys must be there. */
const SHAPES: readonly { readonly log: string; readonly keys: readonly OwnName[] }[] = [
  { log: "rails.production", keys: ["controller", "action", "params"] },
  { log: "rails.api", keys: ["route", "params"] },
  { log: "rails.graphql", keys: ["query_string"] },
  { log: "sidekiq", keys: ["job_status", "class"] },
  { log: "shell", keys: ["command", "gl_project_path"] },
];

const QUOTE = 0x22;

const NO_OBJECT = { fields: null, object: null, members: null, entry: null };

/** The parts of a LogEntry that its payload does not hold. */
interface Entry {
  readonly logName: string | null;
  readonly tag: string | null;
  readonly time: Time | null;
  readonly key: readonly string[] | null;
}

interface Time {
  readonly timeMs: number;
  readonly hasFraction: boolean;
}

/** `listsMembers` as in `DecoderOptions`. */
export function createRecordOpener(names: readonly string[], maxDepth: number, listsMembers = false): RecordOpener {
  const allNames = [...OWN_NAMES, ...names];
  const lineReader = createFieldReader(allNames, listsMembers);
  const payloadReader = createFieldReader(allNames, listsMembers);
  const slots = Object.fromEntries(OWN_NAMES.map((name) => [name, lineReader.slotOf(name)])) as Slots;

  return {
    slotOf: lineReader.slotOf,
    keySlot: lineReader.keySlot,
    isMessageDump: () => lineReader.isObject(slots.message),
    open(buffer, start, end, message) {
      let reason = lineReader.read(buffer, start, end, maxDepth);
      // A LogEntry nests one level deeper than the record that it carries.
      const isDeep = reason === "too_deep";
      if (isDeep) reason = lineReader.read(buffer, start, end, maxDepth + 1);
      if (reason !== null) return noRecord(reason, message);
      const entry = readEntry(lineReader, slots, buffer);
      const line = { buffer, start, end };
      if (entry === null) {
        return isDeep ? noRecord("too_deep", message) : describe(lineReader, slots, line, message, null);
      }
      const span = lineReader.span(slots.jsonPayload);
      if (span !== null && lineReader.isObject(slots.jsonPayload)) {
        const inner = payloadReader.read(buffer, span.start, span.end, maxDepth);
        if (inner !== null) return noRecord(inner, message);
        return { ...describe(payloadReader, slots, { buffer, ...span }, message, entry), entry: line };
      }
      return { ...openText(lineReader.string(slots.textPayload), entry, message), entry: line };
    },
  };

  /** A text payload is opened where it is a JSON object; any other payload is a record of an unknown log. */
  function openText(text: string | null, entry: Entry, message: MessageInfo | null): LogRecord {
    if (text?.trimStart().startsWith("{")) {
      const bytes = Buffer.from(text, "utf8");
      const reason = payloadReader.read(bytes, 0, bytes.length, maxDepth);
      if (reason === null)
        return describe(payloadReader, slots, { buffer: bytes, start: 0, end: bytes.length }, message, entry);
      if (reason === "too_deep") return noRecord(reason, message);
    }
    const timeMs = entry.time?.timeMs ?? null;
    const rest = { isDistinct: false, entryKey: entry.key, ...NO_OBJECT };
    return { reason: null, log: UNKNOWN_LOG, timeMs, ...rest };
  }
}

/** What stands for bytes that are no record. */
export function noRecord(reason: QuarantineReason, message: MessageInfo | null): LogRecord {
  const log = transportLog(message) ?? UNKNOWN_LOG;
  return { reason, log, timeMs: null, isDistinct: false, entryKey: null, ...NO_OBJECT };
}

function describe(
  reader: FieldReader,
  slots: Slots,
  object: JsonPlace,
  message: MessageInfo | null,
  entry: Entry | null,
): LogRecord {
  const own = readTime(reader, slots, object.buffer);
  const isDistinct = own !== null && (own.hasFraction || reader.has(slots.correlation_id) || reader.has(slots.jid));
  return {
    reason: null,
    log: nameOf(reader, slots, message, entry),
    timeMs: (own ?? entry?.time ?? null)?.timeMs ?? null,
    isDistinct,
    entryKey: entry?.key ?? null,
    fields: reader,
    object,
    members: reader.members,
    entry: null,
  };
}

/** The first of the time fields that parses. */
function readTime(reader: FieldReader, slots: Slots, buffer: Buffer): Time | null {
  for (const name of TIME_NAMES) {
    const span = reader.span(slots[name]);
    if (span === null) continue;
    const first = buffer[span.start];
    // The usual case without a string in between; escapes never parse here and are tried again below.
    const timeMs = first === QUOTE ? parseDateTime(buffer, span.start + 1, span.end - 1) : Number.NaN;
    if (!Number.isNaN(timeMs)) return { timeMs, hasFraction: hasFraction(buffer, span.start + 1, span.end - 1) };
    const time = parseTimeText(first === QUOTE ? reader.string(slots[name]) : reader.text(slots[name]));
    if (time !== null) return time;
  }
  return null;
}

function parseTimeText(text: string | null): Time | null {
  if (text === null) return null;
  const epochMs = parseEpoch(text);
  if (!Number.isNaN(epochMs)) return { timeMs: epochMs, hasFraction: epochHasFraction(text) };
  const bytes = Buffer.from(text, "utf8");
  const timeMs = parseDateTime(bytes, 0, bytes.length);
  return Number.isNaN(timeMs) ? null : { timeMs, hasFraction: hasFraction(bytes, 0, bytes.length) };
}

function nameOf(reader: FieldReader, slots: Slots, message: MessageInfo | null, entry: Entry | null): string {
  const log =
    logOfText(reader.string(slots.subcomponent)) ??
    logOfText(reader.string(slots.tag)) ??
    logOfText(entry?.tag ?? null) ??
    transportLog(message) ??
    logOfLogName(entry?.logName ?? "");
  if (log !== null) return log;
  for (const shape of SHAPES) if (shape.keys.every((key) => reader.has(slots[key]))) return shape.log;
  return UNKNOWN_LOG;
}

function logOfText(name: string | null): string | null {
  return name === null ? null : knownLog(name);
}

function transportLog(message: MessageInfo | null): string | null {
  if (message === null) return null;
  return knownLog(message.attributes["log"] ?? "") ?? logOfTopic(message.topic);
}

/** The envelope of Cloud Logging: a payload beside a `logName` or an `insertId`. */
function readEntry(reader: FieldReader, slots: Slots, buffer: Buffer): Entry | null {
  const logName = reader.string(slots.logName);
  const insertId = reader.string(slots.insertId);
  if (logName === null && insertId === null) return null;
  const timestamp = reader.string(slots.timestamp);
  const hasPayload =
    reader.isObject(slots.jsonPayload) || reader.string(slots.textPayload) !== null || reader.has(slots.protoPayload);
  // An entry may have no payload at all; its three keys together stand in no other line.
  if (!hasPayload && (logName === null || insertId === null || timestamp === null)) return null;
  const labels = reader.span(slots.labels);
  const key = logName === null || timestamp === null || insertId === null ? null : [logName, timestamp, insertId];
  return {
    logName,
    tag: labels === null ? null : tagOf(buffer.toString("utf8", labels.start, labels.end)),
    time: parseTimeText(timestamp),
    key,
  };
}

function tagOf(labels: string): string | null {
  const { value } = parseJson(labels);
  const tag = (value as { readonly tag?: unknown } | null)?.tag;
  return typeof tag === "string" ? tag : null;
}
