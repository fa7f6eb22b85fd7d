import type { ArchivedLine } from "../../core/archived-line.ts";
import type { Rejection } from "../../core/document-index.ts";
import type { ShownText } from "./shown-text.ts";

const MOST_REASON_CHARACTERS = 1000;

/** Why a line is in the quarantine, and what is shown of it there. */
export interface Quarantined {
  /** The index that rejected it. */
  readonly index: string;
  readonly rejection: Rejection;
  /** The beginning of the line, masked; null of a blob. */
  readonly shown: ShownText<string | null>;
  /** The reason may cite the line, and is masked too. */
  readonly mask: (text: string) => string;
}

/** What stands in the quarantine for a document that its index rejects: why, and where the line is. `stream` is the pipeline's name. */
export function quarantineDocumentOf(line: ArchivedLine, stream: string, why: Quarantined): Buffer {
  const { object, row, meta } = line;
  const { id, lane, log, timeMs, reason, message } = meta;
  const atMs = timeMs ?? message?.publishedAtMs ?? null;
  const { status, type } = why.rejection;
  const { text, masked } = why.shown;
  const document = {
    ...(atMs === null ? {} : { "@timestamp": timeText(atMs) }),
    archive: {
      stream,
      id,
      log,
      lane,
      ...(reason === null ? {} : { reason }),
      ...(message === null ? {} : messageFields(message)),
      ...(masked.length === 0 ? {} : { masked: masked.map(({ kind }) => kind) }),
    },
    place: { object, row },
    rejection: {
      index: why.index,
      status,
      type,
      reason: why.mask(why.rejection.reason.slice(0, MOST_REASON_CHARACTERS).toWellFormed()),
    },
    ...(text === null ? {} : { message: text }),
  };
  return Buffer.from(JSON.stringify(document));
}

function messageFields({ topic, messageId, publishedAtMs }: NonNullable<ArchivedLine["meta"]["message"]>) {
  return {
    topic,
    message_id: messageId,
    ...(publishedAtMs === null ? {} : { published_at: timeText(publishedAtMs) }),
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
