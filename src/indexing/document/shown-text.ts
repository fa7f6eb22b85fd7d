import type { ArchivedLine } from "../../core/archived-line.ts";
import { KIB } from "../../core/units.ts";
import type { JsonPlace } from "../../decode/record.ts";
import { unwrapPayload } from "../../decode/wrap.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import type { Redactor } from "../../derive/redaction/redactor.ts";

/** UTF-8 takes so many bytes at the most for a unit of a string. */
const MOST_BYTES_PER_UNIT = 3;
/** Of a line that is no record, or is rejected: the archive has all of it. */
const MOST_TEXT_BYTES = 8 * KIB;

export const NOTHING_MASKED: readonly MaskedKind[] = Object.freeze([]);

/** A text as it may be shown. */
export interface ShownText<Text extends string | null> {
  readonly text: Text;
  readonly masked: readonly MaskedKind[];
}

/** Lines and other texts, masked. */
export interface ShownTexts {
  /** All that can be read of the line: half of it may hide what it is. Null of a blob. */
  ofLine(line: ArchivedLine): ShownText<string | null>;
  ofText(text: string): ShownText<string>;
}

/** Without a redactor nothing is masked. */
export function createShownText(redactor: Redactor | null): ShownTexts {
  function ofText(text: string): ShownText<string> {
    const bytes = Buffer.from(text);
    const redacted = redactor?.redact(bytes, 0, bytes.length) ?? null;
    if (redacted === null) return { text, masked: NOTHING_MASKED };
    return { text: redacted.bytes.toString("utf8"), masked: redacted.masked };
  }
  return {
    ofText,
    ofLine(line) {
      if (line.meta.lane === "blob") return { text: null, masked: NOTHING_MASKED };
      const { buffer, start, end } = recordIn(line) ?? line;
      return ofText(buffer.toString("utf8", start, end));
    },
  };
}

/** Where the record of the line stands; null for a line that is none. */
export function recordIn({ buffer, start, end, meta }: ArchivedLine): JsonPlace | null {
  if (meta.lane === "line" || meta.lane === "future") return { buffer, start, end };
  const payload = meta.lane === "wrapped" ? unwrapPayload(buffer.toString("utf8", start, end)) : null;
  return payload === null ? null : { buffer: payload, start: 1, end: payload.length };
}

/** So much of a text as is shown beside the archive. */
export function beginningOf(text: string): string {
  if (text.length * MOST_BYTES_PER_UNIT <= MOST_TEXT_BYTES) return text;
  return Buffer.from(text.slice(0, MOST_TEXT_BYTES)).subarray(0, MOST_TEXT_BYTES).toString("utf8");
}
