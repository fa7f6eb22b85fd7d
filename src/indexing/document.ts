import type { ArchivedLine, Meta } from "../core/archived-line.ts";
import type { Rejection } from "../core/document-index.ts";
import { KIB } from "../core/units.ts";

const LF = 0x0a;
const SPACE = 0x20;
const END = Buffer.from("}");
/** Of a line that is no record, or is rejected: the archive has all of it. */
const MOST_TEXT_BYTES = 8 * KIB;
const MOST_REASON_CHARACTERS = 1000;

/**
 * The document of a line: when, which line of the archive, and the record as `gitlab`, its bytes as they came. A line
 * that is no record has its text as `message`. `stream` is the pipeline's name.
 */
export function documentOf(line: ArchivedLine, stream: string): Buffer {
  const { buffer, start, end, meta } = line;
  const head = headOf(meta, stream);
  switch (meta.lane) {
    case "line":
    case "future":
      return spliced(`{${head},"gitlab":`, buffer.subarray(start, end));
    case "wrapped":
      return spliced(`{${head},"gitlab":`, withoutNewlines(payloadOf(buffer.subarray(start, end))));
    case "quarantine":
      return Buffer.from(`{${head},"message":${JSON.stringify(textOf(buffer.subarray(start, end)))}}`);
    case "blob":
      return Buffer.from(`{${head}}`);
  }
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

/** The record's bytes between the braces: parsing and writing it again would be most of the work. */
function spliced(head: string, record: Buffer): Buffer {
  const document = Buffer.allocUnsafe(Buffer.byteLength(head) + record.length + END.length);
  const at = document.write(head);
  record.copy(document, at);
  END.copy(document, at + record.length);
  return document;
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
