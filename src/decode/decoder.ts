import { isUtf8 } from "node:buffer";
import type { BrokenPayload, LinesPayload, MessagePayload, Payload } from "../core/delivery.ts";
import type { SlotOf } from "../core/fields.ts";
import type { Lane, MessageInfo } from "../core/line.ts";
import { COMPRESSION_ATTRIBUTE, inflate } from "./inflate.ts";
import { readMessageDump } from "./message-dump.ts";
import { type Emit, emitPiece, type IdentityFields, type Piece } from "./piece.ts";
import { createRecordOpener, type LogRecord, noRecord, type RecordOpener } from "./record.ts";
import { findByte, LF, splitBy, withSpareByte } from "./split.ts";
import { unwrapPayload } from "./wrap.ts";

export interface DecodeLimits {
  /** Nesting of a record; its own object is 1. */
  readonly maxDepth: number;
  readonly maxLineBytes: number;
  /** Decompressed bytes of one message. */
  readonly maxInflatedBytes: number;
}

export interface DecoderOptions {
  /** The fields that somebody will ask for, besides those that decoding itself needs. */
  readonly names: readonly string[];
  readonly limits: DecodeLimits;
  readonly identityFields: IdentityFields;
  /** Topic of messages that were dumped into files; empty if not known. */
  readonly topic: string;
  /** Whether records come with a list of all their members. */
  readonly listsMembers?: boolean;
}

export interface Decoder {
  readonly slotOf: SlotOf;
  /** The number by which lists of members know the key; -1 where it is that of no field in `names`. */
  readonly keySlot: (key: string) => number;
  /** Bytes to lines: each line of the payload is emitted once, in order; empty lines are nothing. Never throws. */
  decode(payload: Payload, emit: Emit): void;
  /** Opens a line that the archive holds; null for lanes that are no records. Fields are lent until the next call. */
  reopen(buffer: Buffer, start: number, end: number, lane: Lane, message: MessageInfo | null): LogRecord | null;
}

/** What stands for a line of a file over the limit. */
const TOO_LARGE = noRecord("too_large", null);

/** fluent-plugin-gcloud-pubsub-custom joins the records of a compressed batch by it. */
const RECORD_SEPARATOR = 0x1e;

/** What every step needs. */
interface Context {
  readonly opener: RecordOpener;
  readonly limits: DecodeLimits;
  readonly topic: string;
  /** Emits what was opened as a line. */
  readonly file: (record: LogRecord, piece: Piece, emit: Emit) => void;
}

export function createDecoder({ names, limits, identityFields, topic, listsMembers }: DecoderOptions): Decoder {
  const opener = createRecordOpener([...names, ...Object.values(identityFields)], limits.maxDepth, listsMembers);
  const context: Context = {
    opener,
    limits,
    topic,
    file: (record, piece, emit) => emitPiece(record, piece, identityFields, opener.slotOf, emit),
  };
  return {
    slotOf: opener.slotOf,
    keySlot: opener.keySlot,
    decode(payload, emit) {
      if (payload.kind === "lines") decodeLines(context, payload, emit);
      else if (payload.kind === "message") decodeMessage(context, payload, emit);
      else decodeBroken(context, payload, emit);
    },
    reopen: (buffer, start, end, lane, message) => reopen(opener, buffer, start, end, lane, message),
  };
}

/** Lines of a file; a line may be a dumped message, and then stands for the lines of that. */
function decodeLines(context: Context, payload: LinesPayload, emit: Emit): void {
  const { opener, limits, topic, file } = context;
  const { buffer, start, end, fingerprint, offset } = payload;
  const isValid = isUtf8(buffer.subarray(start, end));
  splitBy(LF, buffer, start, end, (lineStart, lineEnd) => {
    const isRest = payload.continuesLine && lineStart === start;
    const opened = isRest ? TOO_LARGE : openText(opener, buffer, lineStart, lineEnd, null, isValid);
    const isDump = opened.reason === null && opener.isMessageDump();
    const message = isDump ? readMessageDump(buffer.toString("utf8", lineStart, lineEnd), topic) : null;
    if (message !== null) return decodeMessage(context, message, emit);
    // The limit is for records: a dumped message may hold many of them.
    const record = lineEnd - lineStart > limits.maxLineBytes ? TOO_LARGE : opened;
    const place = (): readonly string[] => [fingerprint, String(offset + lineStart - start)];
    file(record, { buffer, start: lineStart, end: lineEnd, isBroken: false, message: null, place }, emit);
  });
}

function decodeBroken({ file }: Context, payload: BrokenPayload, emit: Emit): void {
  const { buffer, start, end, fingerprint, offset } = payload;
  const place = (): readonly string[] => [fingerprint, String(offset)];
  file(noRecord(payload.reason, null), { buffer, start, end, isBroken: true, message: null, place }, emit);
}

/** Files one line of a message; `isBroken` says that its bytes hold a newline. */
type FilePart = (record: LogRecord, buffer: Buffer, start: number, end: number, isBroken: boolean) => void;

function decodeMessage(context: Context, { data, info }: MessagePayload, emit: Emit): void {
  let count = 0;
  const filePart: FilePart = (record, buffer, start, end, isBroken) => {
    const number = String(count);
    count += 1;
    const place = (): readonly string[] => [info.topic, info.messageId, number];
    context.file(record, { buffer, start, end, isBroken, message: info, place }, emit);
  };
  const algorithm = info.attributes[COMPRESSION_ATTRIBUTE];
  if (algorithm === undefined) {
    const buffer = withSpareByte(data);
    decodePart(context, buffer, 1, buffer.length, info, filePart);
    return;
  }
  const inflated = inflate(data, algorithm, context.limits.maxInflatedBytes);
  if (!inflated.ok) {
    const buffer = withSpareByte(data);
    return filePart(noRecord(inflated.reason, info), buffer, 1, buffer.length, true);
  }
  const { bytes } = inflated;
  splitBy(RECORD_SEPARATOR, bytes, 0, bytes.length, (start, end) => {
    // Only the first record lacks a byte before it; a copy of all would double what a large batch takes.
    if (start > 0) return decodePart(context, bytes, start, end, info, filePart);
    const first = withSpareByte(bytes.subarray(0, end));
    return decodePart(context, first, 1, first.length, info, filePart);
  });
}

/**
 * A payload, or a record of a batch: one JSON value as a whole, or lines of which each stands alone. Newlines at its
 * ends part it from empty lines, which are nothing.
 */
function decodePart(
  context: Context,
  buffer: Buffer,
  partStart: number,
  partEnd: number,
  message: MessageInfo,
  filePart: FilePart,
): void {
  let start = partStart;
  let end = partEnd;
  while (start < end && buffer[start] === LF) start += 1;
  while (start < end && buffer[end - 1] === LF) end -= 1;
  const isBroken = findByte(LF, buffer, start, end) < end;
  if (isBroken && isUtf8(buffer.subarray(start, end))) {
    const whole = context.opener.open(buffer, start, end, message);
    // A refusal other than `not_json` is of a JSON value too.
    if (whole.reason !== "not_json") {
      const record = end - start > context.limits.maxLineBytes ? noRecord("too_large", message) : whole;
      return filePart(record, buffer, start, end, true);
    }
  }
  splitBy(LF, buffer, start, end, (lineStart, lineEnd) => {
    const isTooLarge = lineEnd - lineStart > context.limits.maxLineBytes;
    const record = isTooLarge
      ? noRecord("too_large", message)
      : openText(context.opener, buffer, lineStart, lineEnd, message, false);
    filePart(record, buffer, lineStart, lineEnd, false);
  });
}

function openText(
  opener: RecordOpener,
  buffer: Buffer,
  start: number,
  end: number,
  message: MessageInfo | null,
  isKnownUtf8: boolean,
): LogRecord {
  if (!isKnownUtf8 && !isUtf8(buffer.subarray(start, end))) return noRecord("not_utf8", message);
  return opener.open(buffer, start, end, message);
}

function reopen(
  opener: RecordOpener,
  buffer: Buffer,
  start: number,
  end: number,
  lane: Lane,
  message: MessageInfo | null,
): LogRecord | null {
  if (lane === "quarantine" || lane === "blob") return null;
  if (lane !== "wrapped") return opener.open(buffer, start, end, message);
  const payload = unwrapPayload(buffer.toString("utf8", start, end));
  return payload === null ? null : opener.open(payload, 1, payload.length, message);
}
