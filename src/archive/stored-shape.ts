import { hourText, isFilingHour } from "../core/hour.ts";
import { LOG_NAME } from "../core/line.ts";
import { parseHourText } from "./hour-text.ts";
import { integerFrom, objectOf, repeatedText, type Shape, textLike, textThat, textUpTo } from "./shape.ts";
import { parseSegmentName } from "./vault-name.ts";
import { parseWalName } from "./wal-name.ts";

/** Shapes of what several stored objects hold. */

export const SHA256: Shape = textLike(/^[0-9a-f]{64}$/, "64 hex digits");
export const FINGERPRINT: Shape = textLike(/^[0-9a-f]{16}$/, "a fingerprint: 16 hex digits");
export const STREAM: Shape = textLike(/^[a-z0-9-]{1,63}$/, "the name of a stream");
export const EVENT: Shape = textLike(/^[a-z][a-z0-9_]{0,63}$/, "the name of an event");
export const HOUR: Shape = repeatedText(isHour, "an hour: 2020-12-22T09:00:00Z, or undated");
export const LOG: Shape = textLike(LOG_NAME, "the name of a log");
/** What a program says of itself or was told to say. */
export const WORDS: Shape = textUpTo(1024);
const WAL_WORDS = "the name of a write-ahead object";
export const WAL: Shape = textThat(isWalName, WAL_WORDS);
/** Of what stands for many lines. */
export const WAL_OF_LINE: Shape = repeatedText(isWalName, WAL_WORDS);
export const SEGMENT: Shape = repeatedText(
  (name) => parseSegmentName(name) !== null,
  "the name of a file of a segment",
);
export const COUNT: Shape = integerFrom(0);
export const NUMBER: Shape = integerFrom(1);

/** `Date.parse` takes a 30th of February too. */
function isHour(text: string): boolean {
  if (!/^(?:undated|\d{4}-\d\d-\d\dT\d\d:00:00Z)$/.test(text)) return false;
  const hour = parseHourText(text);
  return isFilingHour(hour) && hourText(hour) === text;
}

function isWalName(name: string): boolean {
  return parseWalName(name) !== null;
}

/** How another object is named that has a name of that shape; with further members where something is known of it. */
export function storedObjectLike(
  name: Shape,
  members: Readonly<Record<string, Shape>> = {},
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return objectOf({ name, size_bytes: COUNT, sha256: SHA256, ...members }, optional);
}
