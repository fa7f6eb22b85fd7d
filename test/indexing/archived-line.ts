import type { ArchivedLine, Meta } from "../../src/core/archived-line.ts";
import type { MessageInfo } from "../../src/core/line.ts";
import type { DecodedLine } from "../decode/decoded-line.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

/** What the archive gives back of a decoded line. */
export function archived({ bytes, id, lane, log, timeMs, reason, message }: DecodedLine, row = 0): ArchivedLine {
  const buffer = Buffer.concat([Buffer.alloc(1), bytes]);
  const meta = { id, lane, log, timeMs, reason, message };
  return { object: "wal/test/1", row, buffer, start: 1, end: buffer.length, meta };
}

/** A line of this text, read from row `row` of an object. */
export function archivedText(text: string | Buffer, change: Partial<Meta> = {}, row = 0): ArchivedLine {
  const { buffer, start, end, ...meta } = sampleLine(text, change);
  return { object: "wal/test/1", row, buffer, start, end, meta };
}

export function sampleMeta(change: Partial<Meta> = {}): Meta {
  return archivedText("{}", change).meta;
}

export function publishedAt(publishedAtMs: number | null = SAMPLE_MS): MessageInfo {
  return { topic: "projects/p/topics/t", messageId: "7", publishedAtMs, attributes: {} };
}
