import { LANES } from "../../core/line.ts";
import { SIGNATURE } from "../digest/digest-shape.ts";
import { LINE_ID, TIME } from "../manifest-shape.ts";
import { listOf, mapOf, objectOf, oneOf, type Shape, text } from "../shape.ts";
import { COUNT, FINGERPRINT, LOG, NUMBER, SEGMENT, SHA256 } from "../stored-shape.ts";

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
  manifest: objectOf({ name: text, gzip: text }),
  digest: objectOf({ name: text, gzip: text, signature: SIGNATURE }),
  key: FINGERPRINT,
  keys: listOf(objectOf({ old_key: FINGERPRINT, statement: text, signature: SIGNATURE })),
  sha256: SHA256,
});
