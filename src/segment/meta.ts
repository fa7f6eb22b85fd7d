import type { Meta } from "../core/archived-line.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../core/fault.ts";
import { END_HOUR, isFilingHour } from "../core/hour.ts";
import { lineId } from "../core/identity.ts";
import { LANES, type Lane, LOG_NAME, type MessageInfo, type SegmentLine } from "../core/line.ts";
import { createTimeText, type TimeText } from "../core/time-text.ts";
import { KIB } from "../core/units.ts";

/** A meta line: one for each raw line, in the same order and block; what does not apply is left out. */
interface MetaJson {
  readonly id: string;
  readonly lane: Lane;
  readonly log: string;
  readonly time?: string;
  readonly topic?: string;
  readonly message_id?: string;
  readonly published_at?: string;
  /** The attributes, or the row (in this block, from 0) of the line that has the same ones. */
  readonly attributes?: Readonly<Record<string, string>> | number;
  readonly reason?: QuarantineReason;
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = {};

/** Every meta line begins so, then comes its id. */
const ID_HEAD = '{"id":"';
/** An id as signed 32-bit numbers. */
export const ID_WORDS = 4;
const WORD_DIGITS = 8;
const SHORTEST_LINE = ID_HEAD.length + ID_WORDS * WORD_DIGITS + 1;
const TIME_CHARS = "2020-12-22T09:30:00.123Z".length;

const HEX_DIGITS = 16;
const NO_DIGIT = 0xff;
const HEX_DIGIT = new Uint8Array(256).fill(NO_DIGIT);
for (let digit = 0; digit < HEX_DIGITS; digit += 1) HEX_DIGIT[digit.toString(16).charCodeAt(0)] = digit;

const LF = 0x0a;

/** Room for the meta of a quiet instance; it grows for others. */
const FIRST_BYTES = 32 * KIB;
/** Room for the meta of an ordinary block, which is kept for the next one. */
const KEPT_BYTES = 256 * KIB;
/** UTF-8 takes so many bytes at the most for a unit of a string. */
const MOST_BYTES_PER_UNIT = 3;
/** Longer attributes hardly come twice, and are not remembered to find out. */
const LONGEST_SHARED = 4 * KIB;

/** Collects the meta lines of one block. Equal sets of attributes are written once and then named by row. */
export interface MetaBlock {
  /** Bytes of the lines since the block was taken last. */
  readonly sizeBytes: number;
  append(line: SegmentLine): void;
  /** The block's text, each line ended by LF, lent until the next line is appended; the block is empty afterwards. */
  take(): Buffer;
}

export function createMetaBlock(): MetaBlock {
  // Written at once: strings that wait for the end of the block would be copied by every garbage collection till then.
  let text = Buffer.allocUnsafe(FIRST_BYTES);
  let bytes = 0;
  let rows = 0;
  const shared = createSharedAttributes();
  const timeText = createTimeText();
  return {
    get sizeBytes() {
      return bytes;
    },
    append(line) {
      const time = line.timeMs === null ? "" : `,"time":"${timeText(line.timeMs)}"`;
      const message = line.message === null ? "" : messageJson(line.message, shared, rows, timeText);
      const reason = line.reason === null ? "" : `,"reason":"${line.reason}"`;
      const json = `${ID_HEAD}${line.id}","lane":"${line.lane}","log":"${line.log}"${time}${message}${reason}}\n`;
      const needed = bytes + json.length * MOST_BYTES_PER_UNIT;
      if (needed > text.length) text = Buffer.concat([text.subarray(0, bytes)], Math.max(needed, 2 * text.length));
      bytes += text.write(json, bytes, "utf8");
      rows += 1;
    },
    take() {
      const taken = text.subarray(0, bytes);
      // One unusual block must not keep its memory for the life of the writer.
      if (text.length > KEPT_BYTES) text = Buffer.allocUnsafe(FIRST_BYTES);
      bytes = 0;
      rows = 0;
      shared.clear();
      return taken;
    },
  };
}

/** Attributes of a block that were written, by the row where they stand. */
interface SharedAttributes {
  /** The attributes of a line of that row as JSON: themselves, or the row that has the same. */
  json(attributes: MessageInfo["attributes"], row: number): string;
  clear(): void;
}

function createSharedAttributes(): SharedAttributes {
  const rows = new Map<string, number>();
  // Of the line before: a message may have thousands of lines, and large attributes would be written with each.
  let last: MessageInfo["attributes"] | null = null;
  let lastRow = 0;
  return {
    json(attributes, row) {
      if (attributes === last) return String(lastRow);
      const text = JSON.stringify(attributes);
      if (text === "{}") return text;
      const known = rows.get(text);
      last = attributes;
      lastRow = known ?? row;
      if (known === undefined && text.length <= LONGEST_SHARED) rows.set(text, row);
      return known === undefined ? text : String(known);
    },
    clear() {
      rows.clear();
      last = null;
    },
  };
}

function messageJson(message: MessageInfo, shared: SharedAttributes, row: number, timeText: TimeText): string {
  const topic = message.topic === "" ? "" : `,"topic":${JSON.stringify(message.topic)}`;
  const published = message.publishedAtMs === null ? "" : `,"published_at":"${timeText(message.publishedAtMs)}"`;
  const head = `${topic},"message_id":${JSON.stringify(message.messageId)}${published}`;
  const attributes = shared.json(message.attributes, row);
  return attributes === "{}" ? head : `${head},"attributes":${attributes}`;
}

/** No id of a filing hour is as large: digits sort as numbers do. */
const END_ID = lineId(END_HOUR, "");

const LANE_NAMES: ReadonlySet<unknown> = new Set(LANES);
const REASONS: ReadonlySet<unknown> = new Set(QUARANTINE_REASONS);

/**
 * Throws a `SyntaxError` for what no writer wrote. Whoever may create objects could have, and no reader looks at it
 * again: it goes into names and documents as it is.
 */
function checkMeta(json: MetaJson | null, row: number): asserts json is MetaJson {
  if (typeof json !== "object" || json === null) throw new SyntaxError(`row ${row} is no object`);
  const wrong = wrongPart(json, row);
  if (wrong !== null) throw new SyntaxError(`row ${row}: no writer gives such ${wrong}`);
}

/** Plain comparisons one after the other: every line that is read comes by here. */
function wrongPart(json: MetaJson, row: number): string | null {
  if (typeof json.id !== "string" || json.id >= END_ID || !isHex(json.id)) return "an id";
  if (!LANE_NAMES.has(json.lane)) return "a lane";
  if (typeof json.log !== "string" || !isLog(json.log)) return "a log";
  if (!isTextOrNone(json.topic)) return "a topic";
  if (!isTextOrNone(json.message_id)) return "a message id";
  if (json.attributes !== undefined && !areAttributes(json.attributes, row)) return "attributes";
  return json.reason === undefined || REASONS.has(json.reason) ? null : "a reason";
}

/** A third of the time that a pattern takes. */
function isHex(id: string): boolean {
  let wrong = id.length === ID_WORDS * WORD_DIGITS ? 0 : NO_DIGIT;
  for (let at = 0; at < id.length; at += 1) wrong |= HEX_DIGIT[id.charCodeAt(at)] ?? NO_DIGIT;
  return wrong < HEX_DIGITS;
}

/** The logs of a block are few. */
let lastLog = "";

function isLog(log: string): boolean {
  if (log === lastLog) return true;
  if (!LOG_NAME.test(log)) return false;
  lastLog = log;
  return true;
}

function isTextOrNone(text: unknown): boolean {
  return text === undefined || typeof text === "string";
}

/** Milliseconds of a time as `toISOString` writes it; null for none. Throws a `SyntaxError` for anything else. */
function timeOf(time: unknown, row: number): number | null {
  if (time === undefined) return null;
  const timeMs = typeof time === "string" && time.length === TIME_CHARS ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new SyntaxError(`row ${row}: no writer gives such a time`);
  return timeMs;
}

/** Of the line itself, or the row of one before that has the same. */
function areAttributes(attributes: unknown, row: number): boolean {
  if (typeof attributes === "number") return Number.isInteger(attributes) && attributes >= 0 && attributes < row;
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) return false;
  return Object.values(attributes).every((value) => typeof value === "string");
}

/** Reads the meta lines of one block; throws a `SyntaxError` where they are none. */
export function parseMetaBlock(text: string): Meta[] {
  const metas: Meta[] = [];
  let last: MessageInfo | null = null;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    if (end < 0) throw new SyntaxError("the last line has no end");
    const json = JSON.parse(text.slice(at, end)) as MetaJson | null;
    checkMeta(json, metas.length);
    const message: MessageInfo | null =
      json.message_id === undefined ? null : readMessage(json, json.message_id, metas, last);
    last = message;
    metas.push({
      id: json.id,
      lane: json.lane,
      log: json.log,
      timeMs: timeOf(json.time, metas.length),
      reason: json.reason ?? null,
      message,
    });
    at = end + 1;
  }
  return metas;
}

/**
 * Only the ids of a block's meta lines, `ID_WORDS` words each: strings of them would be most of the work. Throws a
 * `SyntaxError` where the text is not so many lines that begin with an id.
 */
export function parseMetaIds(text: Buffer, rows: number): Int32Array {
  // A table may claim any number of rows.
  if (rows > text.length / SHORTEST_LINE) throw new SyntaxError(`fewer lines than ${rows}`);
  const words = new Int32Array(rows * ID_WORDS);
  let at = 0;
  for (let word = 0; word < words.length; word += ID_WORDS) {
    const idAt = at + ID_HEAD.length;
    for (let index = 0; index < ID_WORDS; index += 1) words[word + index] = parseWord(text, idAt + index * WORD_DIGITS);
    if (!isFilingHour((words[word] ?? 0) >>> 0)) throw new SyntaxError("a line has an id that no writer gave");
    at = text.indexOf(LF, idAt) + 1;
    if (at === 0) throw new SyntaxError(`${word / ID_WORDS} lines instead of ${rows}`);
  }
  if (at !== text.length) throw new SyntaxError(`more lines than ${rows}`);
  return words;
}

/** A signed 32-bit number from eight hex digits. */
function parseWord(text: Uint8Array, start: number): number {
  let word = 0;
  for (let at = start; at < start + WORD_DIGITS; at += 1) {
    const digit = HEX_DIGIT[text[at] ?? 0] ?? NO_DIGIT;
    if (digit === NO_DIGIT) throw new SyntaxError("a line does not begin with its id");
    word = (word << 4) | digit;
  }
  return word;
}

/** The lines of one message share one object. */
function readMessage(json: MetaJson, messageId: string, metas: readonly Meta[], last: MessageInfo | null): MessageInfo {
  const { topic = "", attributes: written = NO_ATTRIBUTES } = json;
  const attributes = typeof written === "number" ? metas[written]?.message?.attributes : written;
  if (attributes === undefined) throw new SyntaxError(`row ${metas.length}: attributes of a row that has none`);
  const publishedAtMs = timeOf(json.published_at, metas.length);
  const isLast = last?.messageId === messageId && last.topic === topic && last.publishedAtMs === publishedAtMs;
  // Equal attributes are one object already: they were written once.
  return isLast && last.attributes === attributes ? last : { topic, messageId, publishedAtMs, attributes };
}
