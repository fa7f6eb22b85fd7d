import type { ArchivedLine } from "../../core/archived-line.ts";

/** A line as it is printed: its bytes and an LF, or as JSON what it itself does not say. */
export function lineOutput(line: ArchivedLine, isMeta: boolean): Buffer {
  return isMeta ? metaLine(line) : Buffer.from(line.buffer.subarray(line.start, line.end + 1));
}

/** The line's meta and its place, as one line of JSON; what does not apply is left out. */
function metaLine({ object, row, meta }: ArchivedLine): Buffer {
  const { id, lane, log, timeMs, reason, message } = meta;
  const json = {
    id,
    lane,
    log,
    time: timeText(timeMs),
    reason: reason ?? undefined,
    topic: message?.topic || undefined,
    message_id: message?.messageId,
    published_at: timeText(message?.publishedAtMs ?? null),
    attributes: Object.keys(message?.attributes ?? {}).length === 0 ? undefined : message?.attributes,
    object,
    row,
  };
  return Buffer.from(`${JSON.stringify(json)}\n`);
}

function timeText(timeMs: number | null): string | undefined {
  return timeMs === null ? undefined : new Date(timeMs).toISOString();
}
