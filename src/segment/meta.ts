import type { Meta } from "../core/archived-line.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../core/fault.ts";
import { LANES, type Lane, type MessageInfo, type SegmentLine } from "../core/line.ts";
import { KIB, SECOND_MS } from "../core/units.ts";

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

const NO_DIGIT = 0xff;
const HEX_DIGIT = new Uint8Array(256).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit += 1) HEX_DIGIT[digit.toString(16).charCodeAt(0)] = digit;

const LF = 0x0a;

const ID = /^[0-9a-f]{32}$/;
const LOG = /^[a-z][a-z0-9._-]{0,63}$/;
const LANE_NAMES: ReadonlySet<string> = new Set(LANES);
const REASONS: ReadonlySet<string> = new Set(QUARANTINE_REASONS);
/** `2020-12-22T09:00:00.123Z` */
const TIME_LENGTH = 24;

/** Room for the meta of an ordinary block; it grows for others. */
const FIRST_BYTES = 256 * KIB;
/** UTF-8 takes so many bytes at the most for a unit of a string. */
const MOST_BYTES_PER_UNIT = 3;
/** Longer attributes hardly come twice, and are not remembered to find out. */
const LONGEST_SHARED = 4 * KIB;

/** Collects the meta lines of one block. Equal sets of attributes are written once and then named by row. */
export interface MetaBlock {
  /** Bytes of the lines since the block was taken last. */
  readonly sizeBytes: number;
  append(line: SegmentLine): void;
  /** The block's text, each line ended by LF; the block is empty afterwards. */
  take(): Buffer;
}

export function createMetaBlock(): MetaBlock {
  // Written at once: strings that wait for the end of the block would be copied by every garbage collection till then.
  let text = Buffer.allocUnsafe(FIRST_BYTES);
  let bytes = 0;
  let rows = 0;
  const rowOfAttributes = new Map<string, number>();
  const timeText = createTimeText();
  return {
    get sizeBytes() {
      return bytes;
    },
    append(line) {
      const time = line.timeMs === null ? "" : `,"time":"${timeText(line.timeMs)}"`;
      const message = line.message === null ? "" : messageJson(line.message, rowOfAttributes, rows);
      const reason = line.reason === null ? "" : `,"reason":"${line.reason}"`;
      const json = `${ID_HEAD}${line.id}","lane":"${line.lane}","log":"${line.log}"${time}${message}${reason}}\n`;
      const needed = bytes + json.length * MOST_BYTES_PER_UNIT;
      if (needed > text.length) text = Buffer.concat([text.subarray(0, bytes)], Math.max(needed, 2 * text.length));
      bytes += text.write(json, bytes, "utf8");
      rows += 1;
    },
    take() {
      const taken = Buffer.from(text.subarray(0, bytes));
      // One unusual block must not keep its memory for the life of the writer.
      if (text.length > FIRST_BYTES) text = Buffer.allocUnsafe(FIRST_BYTES);
      bytes = 0;
      rows = 0;
      rowOfAttributes.clear();
      return taken;
    },
  };
}

/** Text of a time as `toISOString` gives it. Neighbours share their second, so that is formatted once. */
function createTimeText(): (timeMs: number) => string {
  let second = Number.NaN;
  let head = "";
  return (timeMs) => {
    const fraction = timeMs % SECOND_MS;
    if (timeMs - fraction !== second) {
      second = timeMs - fraction;
      head = new Date(second).toISOString().slice(0, -"000Z".length);
    }
    return `${head}${fraction < 100 ? (fraction < 10 ? "00" : "0") : ""}${fraction}Z`;
  };
}

function messageJson(message: MessageInfo, rowOfAttributes: Map<string, number>, row: number): string {
  const topic = message.topic === "" ? "" : `,"topic":${JSON.stringify(message.topic)}`;
  const published =
    message.publishedAtMs === null ? "" : `,"published_at":"${new Date(message.publishedAtMs).toISOString()}"`;
  const head = `${topic},"message_id":${JSON.stringify(message.messageId)}${published}`;
  const attributes = JSON.stringify(message.attributes);
  if (attributes === "{}") return head;
  const known = rowOfAttributes.get(attributes);
  if (known !== undefined) return `${head},"attributes":${known}`;
  if (attributes.length <= LONGEST_SHARED) rowOfAttributes.set(attributes, row);
  return `${head},"attributes":${attributes}`;
}

/** Reads the meta lines of one block; throws a `SyntaxError` where they are no JSON, or not of the form that is written. */
export function parseMetaBlock(text: string): Meta[] {
  const metas: Meta[] = [];
  let last: MessageInfo | null = null;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    if (end < 0) throw new SyntaxError("the last line has no end");
    const json = parseLine(text.slice(at, end), metas.length);
    const message: MessageInfo | null =
      json.message_id === undefined ? null : readMessage(json, json.message_id, metas, last);
    last = message;
    metas.push({
      id: json.id,
      lane: json.lane,
      log: json.log,
      timeMs: json.time === undefined ? null : Date.parse(json.time),
      reason: json.reason ?? null,
      message,
    });
    at = end + 1;
  }
  return metas;
}

function parseLine(text: string, row: number): MetaJson {
  const json = JSON.parse(text) as MetaJson | null;
  const wrong = typeof json === "object" && json !== null ? wrongMember(json, row) : "no object";
  if (json === null || wrong !== null) throw new SyntaxError(`line ${row + 1}: ${wrong}`);
  return json;
}

/** What in a line is not as it is written; null where all is. Each line of the archive comes this way. */
function wrongMember(json: MetaJson, row: number): string | null {
  const { id, lane, log, time, reason, message_id: messageId, topic, published_at: published, attributes } = json;
  if (typeof id !== "string" || !ID.test(id)) return "no id";
  if (!LANE_NAMES.has(lane)) return "no lane that there is";
  if (typeof log !== "string" || !LOG.test(log)) return "no name of a log";
  if (time !== undefined && !isTime(time)) return "no time";
  if (reason !== undefined && !REASONS.has(reason)) return "no reason that there is";
  if (messageId === undefined) return null;
  if (typeof messageId !== "string") return "no id of a message";
  if (topic !== undefined && typeof topic !== "string") return "no topic";
  if (published !== undefined && !isTime(published)) return "no publish time";
  return attributes === undefined || areAttributes(attributes, row) ? null : "no attributes";
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && value.length === TIME_LENGTH && !Number.isNaN(Date.parse(value));
}

/** The attributes, or a row before this one. */
function areAttributes(value: unknown, row: number): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 && value < row;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((attribute) => typeof attribute === "string");
}

/**
 * Only the ids of a block's meta lines, `ID_WORDS` words each: strings of them would be most of the work. Throws a
 * `SyntaxError` where the text is not so many lines that begin with an id.
 */
export function parseMetaIds(text: Buffer, rows: number): Int32Array {
  const words = new Int32Array(rows * ID_WORDS);
  let at = 0;
  for (let word = 0; word < words.length; word += ID_WORDS) {
    const idAt = at + ID_HEAD.length;
    for (let index = 0; index < ID_WORDS; index += 1) words[word + index] = parseWord(text, idAt + index * WORD_DIGITS);
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
  if (attributes === undefined) throw new SyntaxError(`line ${metas.length + 1}: attributes of a line that has none`);
  const publishedAtMs = json.published_at === undefined ? null : Date.parse(json.published_at);
  const isLast = last?.messageId === messageId && last.topic === topic && last.publishedAtMs === publishedAtMs;
  // Equal attributes are one object already: they were written once.
  return isLast && last.attributes === attributes ? last : { topic, messageId, publishedAtMs, attributes };
}
