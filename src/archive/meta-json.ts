import type { Meta } from "../core/archived-line.ts";

/** What the archive says of a line beside its bytes, in the words of its meta lines; what does not apply is left out. */
export interface MetaJson {
  readonly id: string;
  readonly lane: string;
  readonly log: string;
  readonly time?: string | undefined;
  readonly reason?: string | undefined;
  readonly topic?: string | undefined;
  readonly message_id?: string | undefined;
  readonly published_at?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

export function metaJson({ id, lane, log, timeMs, reason, message }: Meta): MetaJson {
  return {
    id,
    lane,
    log,
    time: timeText(timeMs),
    reason: reason ?? undefined,
    topic: message?.topic || undefined,
    message_id: message?.messageId,
    published_at: timeText(message?.publishedAtMs ?? null),
    attributes: Object.keys(message?.attributes ?? {}).length === 0 ? undefined : message?.attributes,
  };
}

function timeText(timeMs: number | null): string | undefined {
  return timeMs === null ? undefined : new Date(timeMs).toISOString();
}
