import { listOf, mapOf, number, objectOf, oneOf, orNull, repeatedText, type Shape, text, textLike } from "../shape.ts";
import { EVENT, FINGERPRINT, NUMBER, SHA256, STREAM, storedObjectLike } from "../stored-shape.ts";
import { parseSealedName, parseSegmentName } from "../vault-name.ts";

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

/** `Digest` */
export const DIGEST_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  stream: STREAM,
  sequence: NUMBER,
  window: objectOf({ from: SECOND, to: SECOND }),
  objects: listOf(storedObjectLike(SIGNED)),
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
