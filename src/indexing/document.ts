import type { ArchivedLine, Meta } from "../core/archived-line.ts";
import type { Rejection } from "../core/document-index.ts";
import { KIB } from "../core/units.ts";

const LF = 0x0a;
const SPACE = 0x20;
const CLOSING_BRACE = 0x7d;
/** UTF-8 takes so many bytes at the most for a unit of a string. */
const MOST_BYTES_PER_UNIT = 3;
/** Of a line that is no record, or is rejected: the archive has all of it. */
const MOST_TEXT_BYTES = 8 * KIB;
const MOST_REASON_CHARACTERS = 1000;

/** A document, to be written where there is room for it. */
export interface DocumentText {
  /** Fields in front of the record, or the whole document. */
  readonly head: string;
  /** The record as it came, to be followed by the last brace; null where `head` is all. */
  readonly record: Buffer | null;
}

/**
 * The document of a line: when, which line of the archive, and the record as `gitlab`, its bytes as they came. A line
 * that is no record has its text as `message`. `stream` is the pipeline's name.
 */
export function documentOf(line: ArchivedLine, stream: string): DocumentText {
  const { buffer, start, end, meta } = line;
  const head = headOf(meta, stream);
  switch (meta.lane) {
    case "line":
    case "future":
      return { head: `{${head},"gitlab":`, record: buffer.subarray(start, end) };
    case "wrapped":
      return { head: `{${head},"gitlab":`, record: withoutNewlines(payloadOf(buffer.subarray(start, end))) };
    case "quarantine":
      return { head: `{${head},"message":${JSON.stringify(textOf(buffer.subarray(start, end)))}}`, record: null };
    case "blob":
      return { head: `{${head}}`, record: null };
  }
}

/** Room that the document takes at the most, in bytes. */
export function mostBytesOf({ head, record }: DocumentText): number {
  return MOST_BYTES_PER_UNIT * head.length + (record?.length ?? 0) + 1;
}

/** Writes the document at `at`; gives the place behind it. Parsing the record and writing it anew would be most of the work. */
export function writeDocument({ head, record }: DocumentText, target: Buffer, at: number): number {
  const recordAt = at + target.write(head, at);
  if (record === null) return recordAt;
  const end = recordAt + record.copy(target, recordAt);
  target[end] = CLOSING_BRACE;
  return end + 1;
}

/**
 * The same document with its JSON written anew: a key that stands twice has its last value, and numbers are such as
 * everybody reads. Null where that is not possible.
 */
export function rewritten(source: Buffer): Buffer | null {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(source.toString("utf8"))));
  } catch {
    // Nested too deep for the parser, which is a reason to give up and not an error.
    return null;
  }
}

/** What stands in the quarantine for a document that its index rejects: why, and where the line is. */
export function quarantineDocumentOf(line: ArchivedLine, stream: string, index: string, rejection: Rejection): Buffer {
  const { object, row, buffer, start, end, meta } = line;
  const { status, type } = rejection;
  const reason = rejection.reason.slice(0, MOST_REASON_CHARACTERS).toWellFormed();
  const rest = {
    place: { object, row },
    rejection: { index, status, type, reason },
    ...(meta.lane === "blob" ? {} : { message: textOf(buffer.subarray(start, end)) }),
  };
  return Buffer.from(`{${headOf(meta, stream)},${JSON.stringify(rest).slice(1)}`);
}

/** Fields in front, without braces. */
function headOf({ id, lane, log, timeMs, reason, message }: Meta, stream: string): string {
  const atMs = timeMs ?? message?.publishedAtMs ?? null;
  const at = atMs === null ? "" : `"@timestamp":"${new Date(atMs).toISOString()}",`;
  const why = reason === null ? "" : `,"reason":"${reason}"`;
  const from = message === null ? "" : `,${messageFields(message)}`;
  return `${at}"archive":{"stream":"${stream}","id":"${id}","log":"${log}","lane":"${lane}"${why}${from}}`;
}

function messageFields({ topic, messageId, publishedAtMs }: NonNullable<Meta["message"]>): string {
  const published = publishedAtMs === null ? "" : `,"published_at":"${new Date(publishedAtMs).toISOString()}"`;
  return `"topic":${JSON.stringify(topic)},"message_id":${JSON.stringify(messageId)}${published}`;
}

/** The bytes in `{"payload_base64": …}`. */
function payloadOf(line: Buffer): Buffer {
  const { payload_base64: payload } = JSON.parse(line.toString("latin1")) as { readonly payload_base64: string };
  return Buffer.from(payload, "base64");
}

/** Between the values of a record a newline is as good as a space; within a text there is none. */
function withoutNewlines(record: Buffer): Buffer {
  for (let at = record.indexOf(LF); at >= 0; at = record.indexOf(LF, at)) record[at] = SPACE;
  return record;
}

/** What can be read of it; bytes that are not UTF-8 show as U+FFFD. */
function textOf(bytes: Buffer): string {
  return bytes.subarray(0, MOST_TEXT_BYTES).toString("utf8");
}
