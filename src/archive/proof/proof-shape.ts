import { LANES } from "../../core/line.ts";
import { parseDigestSequence, signatureName } from "../digest/digest-name.ts";
import { SIGNATURE } from "../digest/digest-shape.ts";
import { LINE_ID, TIME } from "../manifest-shape.ts";
import { listOf, mapOf, objectOf, oneOf, repeatedText, type Shape, text } from "../shape.ts";
import { COUNT, FINGERPRINT, LOG, NUMBER, SEGMENT, SHA256 } from "../stored-shape.ts";
import { parseSealedName } from "../vault-name.ts";

const MANIFEST_NAME: Shape = repeatedText((name) => parseSealedName(name) !== null, "the name of a manifest");
/** A signature has the number of its digest. */
const DIGEST_NAME: Shape = repeatedText(
  (name) => parseDigestSequence(name) !== null && signatureName(name) !== name,
  "the name of a digest",
);

/** `MetaJson` */
export const META_SHAPE: Shape = objectOf(
  { id: LINE_ID, lane: oneOf(LANES), log: LOG },
  { time: TIME, reason: text, topic: text, message_id: text, published_at: TIME, attributes: mapOf(text, text) },
);

/** `PathPlace` */
export const PLACE_SHAPE: Shape = objectOf({
  block_row: COUNT,
  block_rows: NUMBER,
  block: COUNT,
  blocks: NUMBER,
  row: COUNT,
});

/** `Proof` */
export const PROOF_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  line: objectOf({}, { text, base64: text }),
  meta: META_SHAPE,
  segment: SEGMENT,
  place: PLACE_SHAPE,
  line_path: listOf(SHA256),
  block_path: listOf(SHA256),
  manifest: objectOf({ name: MANIFEST_NAME, gzip: text }),
  digest: objectOf({ name: DIGEST_NAME, gzip: text, signature: SIGNATURE }),
  key: FINGERPRINT,
  keys: listOf(objectOf({ old_key: FINGERPRINT, statement: text, signature: SIGNATURE })),
  sha256: SHA256,
});
