import { LANES } from "../core/line.ts";
import { integer, integerFrom, listOf, mapOf, objectOf, oneOf, orNull, type Shape, text, textLike } from "./shape.ts";
import {
  COUNT,
  EVENT,
  HOUR,
  LOG,
  NUMBER,
  SEGMENT,
  SHA256,
  STREAM,
  storedObjectLike,
  WAL,
  WAL_OF_LINE,
  WORDS,
} from "./stored-shape.ts";

export const LINE_ID: Shape = textLike(/^[0-9a-f]{32}$/, "the id of a line: 32 hex digits");
export const TIME: Shape = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "a time: 2020-12-22T09:00:00.123Z");

const MAKES: Shape = objectOf({
  program: WORDS,
  segment_format: COUNT,
  zstd: WORDS,
  catalogue: WORDS,
  pseudonym_key: WORDS,
  instance: orNull(text),
});

/** What plans and manifests begin with. */
const PLANNED = {
  format: oneOf([1]),
  stream: STREAM,
  first_hour: HOUR,
  hours: NUMBER,
  plan: NUMBER,
  attempt: NUMBER,
  makes: MAKES,
};

/** `PlanJson` */
export const PLAN_SHAPE: Shape = objectOf({
  ...PLANNED,
  revision: NUMBER,
  inputs: listOf(objectOf({ name: WAL, size_bytes: COUNT })),
});

const OUTPUT: Shape = objectOf({
  number: NUMBER,
  lines: storedObjectLike(SEGMENT),
  meta: storedObjectLike(SEGMENT),
  rows: NUMBER,
  raw_bytes: COUNT,
  root: SHA256,
});

const DUPLICATE: Shape = objectOf(
  { id: LINE_ID, place: objectOf({ object: WAL_OF_LINE, row: COUNT }) },
  { message_id: text, published_at: TIME },
);

const CONFLICT: Shape = objectOf({ id: LINE_ID, variants: integerFrom(2), standing: SHA256, log: LOG });

/** Some are changes, and may be negative. */
const FIGURES: Shape = objectOf({
  received: COUNT,
  archived: COUNT,
  duplicates: COUNT,
  conflicts: COUNT,
  counted: integer,
  eventless: integer,
  quarantined: integer,
});

/** `Manifest`. Whether its figures add up is for others to say (`audit`). */
export const MANIFEST_SHAPE: Shape = objectOf({
  ...PLANNED,
  revision: COUNT,
  inputs: listOf(storedObjectLike(WAL, {}, { hours: listOf(HOUR) })),
  outputs: listOf(OUTPUT),
  abandoned: listOf(SEGMENT),
  lines: COUNT,
  duplicates_total: COUNT,
  duplicates: listOf(DUPLICATE),
  conflicts: listOf(CONFLICT),
  lanes: mapOf(oneOf(LANES), COUNT),
  by_hour: mapOf(HOUR, FIGURES),
  counts: objectOf({ catalogue: WORDS, events: mapOf(EVENT, integer) }),
});
