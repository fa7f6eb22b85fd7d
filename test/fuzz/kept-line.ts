import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { Payload } from "../../src/core/delivery.ts";
import { hourOf, UNDATED_HOUR } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import { createDecoder, type DecodeLimits } from "../../src/decode/decoder.ts";
import type { LogRecord } from "../../src/decode/record.ts";
import { unwrapPayload } from "../../src/decode/wrap.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import { createMetaBlock, parseMetaBlock } from "../../src/segment/meta.ts";
import { STANDARD } from "../derive/standard-events.ts";

/** Small, so that a short input reaches them. */
export const LIMITS: DecodeLimits = { maxDepth: 12, maxLineBytes: 1500, maxInflatedBytes: 3000 };

const NAMES = [...catalogueFields(STANDARD), ...DIMENSION_FIELDS];
const LF = 0x0a;
const HOUR_MS = 3_600_000;

/** What decoding emits of a line, copied, and what its record says. */
export interface KeptLine extends Omit<Line, "buffer" | "start" | "end"> {
  /** As archived. */
  readonly bytes: Buffer;
  /** What they stand for. */
  readonly payload: Buffer;
  /** All that somebody may ask a record for, as text. */
  readonly says: string | null;
}

export function createLineReader() {
  const decoder = createDecoder({
    names: NAMES,
    limits: LIMITS,
    identityFields: { "rails.audit": "correlation_id", shell: "pid" },
    topic: "projects/p/topics/gitaly",
  });
  const slots = NAMES.map((name) => decoder.slotOf(name));
  const derive = createDeriver(STANDARD, decoder.slotOf);
  const dimensions = createDimensions(decoder.slotOf, { instance: null });

  function said(log: string, fields: LogRecord["fields"]): string | null {
    if (fields === null) return null;
    const texts = slots.map((slot) => [fields.text(slot), fields.integer(slot)]);
    return JSON.stringify([texts, derive(log, fields), dimensions(log, fields)]);
  }

  return {
    decoder,
    decode(payload: Payload): KeptLine[] {
      const lines: KeptLine[] = [];
      decoder.decode(payload, ({ buffer, start, end, ...line }, fields) => {
        const bytes = Buffer.from(buffer.subarray(start, end));
        const isWrapped = line.lane === "wrapped" || line.lane === "blob";
        const payload = isWrapped ? unwrapPayload(bytes.toString("latin1"))?.subarray(1) : bytes;
        assert(payload !== undefined, "what is wrapped cannot be unwrapped");
        lines.push({ ...line, bytes, payload, says: said(line.log, fields) });
      });
      return lines;
    },
    reopened(
      line: KeptLine,
    ): { readonly log: string; readonly timeMs: number | null; readonly says: string | null } | null {
      const buffer = Buffer.concat([Buffer.alloc(1), line.bytes, Buffer.from('\n{"time":1}')]);
      const record = decoder.reopen(buffer, 1, 1 + line.bytes.length, line.lane, line.message);
      if (record === null) return null;
      const timeMs = record.timeMs ?? line.message?.publishedAtMs ?? null;
      return { log: record.log, timeMs, says: said(record.log, record.fields) };
    },
  };
}

export type LineReader = ReturnType<typeof createLineReader>;

/** Everything that must hold for a line whatever it is, but for its place among others. */
export function assertSound(line: KeptLine, reader: LineReader): void {
  const { bytes, payload, lane, reason, hour, timeMs, message, id, hash, log } = line;
  assert.equal(bytes.includes(LF), false, "a newline in an archived line");
  assert.equal(hash, createHash("sha256").update(Buffer.alloc(1)).update(bytes).digest("hex"));
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(Number.parseInt(id.slice(0, 8), 16), hour);
  assert.match(log, /^[a-z.]+$/);
  const isRecord = lane === "line" || lane === "future" || lane === "wrapped";
  assert.equal(reason === null, isRecord);
  if (isRecord) {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    assert(typeof value === "object" && value !== null && !Array.isArray(value));
    assert(isUtf8(payload) && payload.length <= LIMITS.maxLineBytes, "a record beyond the limits");
  }
  if (reason === "not_utf8") assert.equal(isUtf8(payload), false);
  if (reason === "not_json") assert.throws(() => JSON.parse(payload.toString("utf8")));
  if (reason === "not_object") assert.doesNotThrow(() => JSON.parse(payload.toString("utf8")));
  assertFiled(timeMs, message?.publishedAtMs ?? null, hour, lane);
  assertKept(line);
  const again = reader.reopened(line);
  if (isRecord) assert.deepEqual(again, { log, timeMs, says: line.says });
  else assert.equal(again, null);
}

/** The filing hour by the words of the architecture (I9). */
function assertFiled(timeMs: number | null, publishedAtMs: number | null, hour: number, lane: string): void {
  const own = timeMs ?? publishedAtMs;
  if (own === null) assert.equal(hour, UNDATED_HOUR);
  else if (publishedAtMs !== null && own > publishedAtMs + HOUR_MS) assert.equal(hour, hourOf(publishedAtMs));
  else assert.equal(hour, hourOf(own));
  if (lane === "future") assert(publishedAtMs !== null && timeMs !== null && timeMs > publishedAtMs + HOUR_MS);
}

const metaBlock = createMetaBlock();

/** What stands beside the line in the archive reads back. */
function assertKept(line: KeptLine): void {
  metaBlock.append({ ...line, buffer: line.bytes, start: 0, end: line.bytes.length });
  const [meta] = parseMetaBlock(metaBlock.take().toString("utf8"));
  const { id, lane, log, timeMs, reason, message } = line;
  assert.deepEqual(meta, { id, lane, log, timeMs, reason, message });
}

/** The lines hold every byte of `payload`, in order, but for what separates them (I3). */
export function assertConserved(payload: Buffer, lines: readonly KeptLine[], separators: readonly number[]): void {
  let at = 0;
  for (const { payload: piece } of lines) {
    while (at < payload.length && separators.includes(payload[at] ?? 0) && piece[0] !== payload[at]) at += 1;
    assert(payload.subarray(at, at + piece.length).equals(piece), `bytes at ${at} are in no line`);
    at += piece.length;
  }
  for (; at < payload.length; at += 1) assert(separators.includes(payload[at] ?? 0), `byte ${at} is in no line`);
}

/** What must be the same wherever a line comes again. */
export function identityOf({ hour, lane, log, timeMs, reason, hash, identifiedBy, id }: KeptLine) {
  const isPlaced = identifiedBy === "place";
  return { hour, lane, log, timeMs, reason, hash, identifiedBy, id: isPlaced ? "by its place" : id };
}
