import type { QuarantineReason } from "../core/fault.ts";
import type { Fields, SlotOf } from "../core/fields.ts";
import { fileUnder } from "../core/filing.ts";
import { type IdentityRule, leafHash, lineId, partsHash } from "../core/identity.ts";
import type { Lane, Line, MessageInfo } from "../core/line.ts";
import type { LogRecord } from "./record.ts";
import { wrapPayload } from "./wrap.ts";

/** Receives each line with its fields; null for what has none. Both are lent until it returns. */
export type Emit = (line: Line, fields: Fields | null) => void;

/** The bytes of a line to be, one spare byte before them. */
export interface Piece {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** True where the bytes hold a newline. */
  readonly isBroken: boolean;
  readonly message: MessageInfo | null;
  /** What identifies a line that nothing in it does: its place. */
  readonly place: () => readonly string[];
}

/** Log → the field whose value identifies its lines. */
export type IdentityFields = Readonly<Record<string, string>>;

/** Reasons whose bytes are a line all the same, as long as they hold no newline. */
const KEPT_IN_PLACE: ReadonlySet<QuarantineReason> = new Set([
  "not_json",
  "not_object",
  "not_utf8",
  "too_deep",
  "no_time",
]);

/** Gives a piece its filing hour, identity and lane, and emits it as a line of the archive. */
export function emitPiece(
  record: LogRecord,
  piece: Piece,
  identityFields: IdentityFields,
  slotOf: SlotOf,
  emit: Emit,
): void {
  const { buffer, start, end, message } = piece;
  const publishedAtMs = message?.publishedAtMs ?? null;
  const knownTimeMs = record.timeMs ?? publishedAtMs;
  const reason = record.reason ?? (knownTimeMs === null ? "no_time" : null);
  const timeMs = reason === null ? knownTimeMs : null;
  const { hour, isFuture } = fileUnder(timeMs, publishedAtMs);
  const contentHash = leafHash(buffer, start, end);
  const fieldKey = reason === null ? fieldKeyOf(record, identityFields, slotOf) : null;
  const identifiedBy = reason === null ? ruleOf(record, fieldKey) : "place";
  const id = lineId(hour, identityHash(identifiedBy, fieldKey ?? record.entryKey, piece, contentHash));
  const lane = laneOf(reason, isFuture, piece.isBroken);
  const fields = reason === null ? record.fields : null;
  const { log } = record;
  if (lane === "wrapped" || lane === "blob") {
    const wrapped = wrapPayload(buffer, start, end);
    const hash = leafHash(wrapped, 1, wrapped.length);
    const { length } = wrapped;
    emit(
      { buffer: wrapped, start: 1, end: length, hash, id, identifiedBy, hour, lane, log, timeMs, reason, message },
      fields,
    );
  } else {
    const hash = contentHash;
    emit({ buffer, start, end, hash, id, identifiedBy, hour, lane, log, timeMs, reason, message }, fields);
  }
}

/** The parts that identify a record by the field that is configured for its log; null where that says nothing. */
function fieldKeyOf(
  { log, fields }: LogRecord,
  identityFields: IdentityFields,
  slotOf: SlotOf,
): readonly string[] | null {
  const field = identityFields[log];
  if (field === undefined || fields === null) return null;
  const slot = slotOf(field);
  const value = fields.string(slot) ?? fields.integer(slot);
  return value === null ? null : [log, field, value];
}

/** The first of the four rules of identity that applies to a record. */
function ruleOf({ entryKey, isDistinct }: LogRecord, fieldKey: readonly string[] | null): IdentityRule {
  if (fieldKey !== null) return "field";
  if (entryKey !== null) return "entry";
  return isDistinct ? "content" : "place";
}

/** `key` is what the rules `field` and `entry` hash. */
function identityHash(rule: IdentityRule, key: readonly string[] | null, piece: Piece, contentHash: string): string {
  if (rule === "content") return contentHash;
  return rule === "place" || key === null ? placeHash(piece, contentHash) : partsHash(key);
}

/**
 * Identity by place. Two files may begin with the same line (loggers head them with the second of their creation), and
 * so have one fingerprint: their lines are told apart by content as well. A message's place is unique by itself.
 */
function placeHash({ place, message }: Piece, contentHash: string): string {
  return partsHash(message === null ? [...place(), contentHash] : place());
}

function laneOf(reason: QuarantineReason | null, isFuture: boolean, isBroken: boolean): Lane {
  if (reason !== null) return isBroken || !KEPT_IN_PLACE.has(reason) ? "blob" : "quarantine";
  if (isBroken) return "wrapped";
  return isFuture ? "future" : "line";
}
