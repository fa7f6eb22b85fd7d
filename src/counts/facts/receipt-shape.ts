import { listOf, objectOf, oneOf, orNull, type Shape, text, textLike } from "../../archive/shape.ts";
import { COUNT, EVENT, NUMBER, SHA256, STREAM, storedObjectLike } from "../../archive/stored-shape.ts";
import { parseSealedName } from "../../archive/vault-name.ts";
import { ROLLUP_SEGMENTS } from "../segment.ts";
import type { RollupFileKind } from "./rollup.ts";

const FACTS: Shape = textLike(/^facts\/(?:[a-z0-9=_-]+\/)+\d{6,}-\d+\.parquet$/, "the name of facts");
const ROLLUP: Shape = textLike(
  /^facts\/rollup\/(?:[a-z0-9=_-]+\/)+[0-9a-f]{64}-[a-z_-]+\.parquet$/,
  "the name of a roll-up",
);
const MANIFEST: Shape = (name) => (typeof name === "string" && parseSealedName(name) !== null ? null : NO_MANIFEST);
const NO_MANIFEST = { at: "", expected: "the name of a manifest" };

const BASIS = { catalogue: text, pseudonym_key: text, instance: orNull(text) };

/** `Receipt` */
export const RECEIPT_SHAPE: Shape = objectOf({
  format: oneOf([2]),
  program: text,
  manifest: objectOf({ name: MANIFEST, sha256: SHA256 }),
  ...BASIS,
  files: listOf(storedObjectLike(FACTS, { number: NUMBER, rows: COUNT })),
});

const ROLLUP_KINDS = ["events", "sessions", "runs", "owners"] as const satisfies readonly RollupFileKind[];

/** `Rollup` */
export const ROLLUP_SHAPE: Shape = objectOf({
  format: oneOf([4]),
  stream: STREAM,
  day: textLike(/^(?:\d{4}-\d\d-\d\d|undated)$/, "a day"),
  ...BASIS,
  inputs: listOf(objectOf({ name: MANIFEST, sha256: SHA256, facts: listOf(storedObjectLike(FACTS)) })),
  instances: listOf(text),
  events: listOf(EVENT),
  files: listOf(
    storedObjectLike(ROLLUP, { kind: oneOf(ROLLUP_KINDS), segment: orNull(oneOf(ROLLUP_SEGMENTS)), rows: COUNT }),
  ),
});
