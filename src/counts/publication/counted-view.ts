import { createHash } from "node:crypto";
import type { Level } from "../reporting-policy.ts";
import type { Segment } from "../segment.ts";

/** Whose counts documents are, and by what: everything that tells them from others of the same catalogue. */
export interface CountedView {
  /** Its name. */
  readonly pipeline: string;
  /** `gs://BUCKET/PREFIX`; null for a folder, which another machine may know by another path. */
  readonly archive: string | null;
  /** That of the pipeline; null where each line has its own. */
  readonly instance: string | null;
  /** Fingerprint of the key of the pseudonyms: each archive that makes its own has another one. */
  readonly pseudonymKey: string;
  readonly segment: Segment;
  readonly level: Level;
  /** Whether the groups of persons have one key. */
  readonly isFolded: boolean;
}

const ID_DIGITS = 32;

/** 32 hex digits, the same wherever and whenever it is asked for. */
export function viewId({ pipeline, archive, instance, pseudonymKey, segment, level, isFolded }: CountedView): string {
  const persons = isFolded ? ["folded"] : [];
  return digestOf([pipeline, archive, instance, pseudonymKey, segment, level, ...persons]);
}

/** What a document of the view is the count of. */
export interface CountedCell {
  readonly event: string;
  /** Null for totals without names. */
  readonly key: string | null;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** The id of its document, 32 hex digits. */
export function cellId(view: string, { event, key, day }: CountedCell): string {
  return digestOf([view, event, key, day]);
}

/** As JSON, in which no two lists look alike. */
function digestOf(parts: readonly (string | null)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, ID_DIGITS);
}
