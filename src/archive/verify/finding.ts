import { type Difference, type DifferenceParts, differenceOf } from "../audit/difference.ts";
import type { Distrusted, DistrustKind } from "../digest/distrust.ts";

/**
 * Beside what is wrong with digests and keys. `size`: an object was cut, or bytes were added. `end`: the newest digests are
 * not those that were kept. `no_digest`: nothing proves anything. `manifest`: a signed manifest and the digests do not say
 * the same. `figures`: totals or counts that the lines, or the manifests, do not give. `lines`: what a segment holds.
 * `unproven`: with `strict`, what no digest names yet.
 */
export type FindingKind = DistrustKind | "size" | "end" | "no_digest" | "manifest" | "figures" | "lines" | "unproven";

/** Something by which an archive is not proved to be as it was. */
export interface Finding extends Difference {
  readonly kind: FindingKind;
}

/** Something that no digest proves yet, and that is not wrong by that alone. */
export interface Unproven {
  readonly stream: string;
  readonly object: string;
  readonly why: string;
}

export function findingOf(kind: FindingKind, stream: string, parts: DifferenceParts): Finding {
  return { kind, ...differenceOf(stream, parts) };
}

/** What is wrong with a digest or a key. */
export function findingOfDistrust(stream: string, { kind, object, why, hint }: Distrusted): Finding {
  return findingOf(kind, stream, { object, what: hint === undefined ? why : `${why} (hint: ${hint})` });
}
