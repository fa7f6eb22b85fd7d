import { MIB } from "../../core/units.ts";
import { listOf, mapOf, number, objectOf, oneOf, orNull, repeatedText, type Shape, text, textLike } from "../shape.ts";
import { EVENT, FINGERPRINT, NUMBER, SHA256, STREAM, storedObjectLike } from "../stored-shape.ts";
import { parseSealedName, parseSegmentName } from "../vault-name.ts";

/** Readers hold several digests at a time; signers make another one before it is so long. */
export const MOST_DIGEST_BYTES = 16 * MIB;
/** It names each stream once. */
export const MOST_STATEMENT_BYTES = MIB;

export const SIGNATURE: Shape = textLike(/^[0-9a-f]{128}$/, "128 hex digits");
const SECOND: Shape = repeatedText(
  (at) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at) && isReal(at),
  "a time in whole seconds: 2020-12-22T09:00:00Z",
);
const SIGNED: Shape = repeatedText(
  (name) => parseSegmentName(name) !== null || parseSealedName(name) !== null,
  "the name of a manifest or of a file of a segment",
);

/** `Date.parse` takes a 30th of February too. */
function isReal(at: string): boolean {
  const timeMs = Date.parse(at);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(at.slice(0, -1));
}

const SIGNED_LIST: Shape = listOf(storedObjectLike(SIGNED));

/** Of an object that stood twice, with two hashes, one reader would take the first and another one the last. */
const SIGNED_OBJECTS: Shape = (value) => {
  const misfit = SIGNED_LIST(value);
  if (misfit !== null) return misfit;
  const names = (value as readonly { readonly name: string }[]).map(({ name }) => name);
  const isInOrder = names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
  return isInOrder ? null : { at: "", expected: "in order of names, each of them once" };
};

/** `Digest` */
export const DIGEST_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  stream: STREAM,
  sequence: NUMBER,
  window: objectOf({ from: SECOND, to: SECOND }),
  objects: SIGNED_OBJECTS,
  totals: objectOf({
    objects: number,
    size_bytes: number,
    lines: number,
    received: number,
    archived: number,
    duplicates: number,
    conflicts: number,
    counted: number,
    eventless: number,
    quarantined: number,
    counts: mapOf(text, mapOf(EVENT, number)),
  }),
  previous: orNull(objectOf({ sha256: SHA256, signature: SIGNATURE })),
  key: FINGERPRINT,
});

/** `KeyChange` */
export const KEY_CHANGE_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  old_key: FINGERPRINT,
  new_key: FINGERPRINT,
  public_key: text,
  first_sequences: mapOf(STREAM, NUMBER),
});
