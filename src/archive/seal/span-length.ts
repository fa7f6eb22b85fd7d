import { IoError } from "../../core/fault.ts";
import { UNDATED_HOUR } from "../../core/hour.ts";
import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_HOURS, HOUR_MS, KIB, MIB } from "../../core/units.ts";
import { dayOfHour, SPAN_HOURS, type SpanHours } from "../span.ts";
import type { TailObject } from "../tail.ts";
import { spanLengthName } from "../vault-name.ts";

/** Cold storage charges by the object: a seal should bring about so much. */
const WANTED_BYTES = 64 * MIB;

/** How long the spans of a day are, once and for all: the first sealer decides. Rejects with `IoError`. */
export async function agreeOnSpanHours(
  store: ObjectStore,
  stream: string,
  day: string,
  proposed: SpanHours,
): Promise<SpanHours> {
  const name = spanLengthName(stream, day);
  if ((await store.create(name, Buffer.from(`{"hours":${proposed}}`))) === "created") return proposed;
  return readAgreed(store, name);
}

/** The same, where a sealer has decided; null where none has. Rejects with `IoError`. */
export function readSpanHours(store: ObjectStore, stream: string, day: string): Promise<SpanHours | null> {
  return ifThere(readAgreed(store, spanLengthName(stream, day)));
}

async function readAgreed(store: ObjectStore, name: string): Promise<SpanHours> {
  const text = (await store.read(name, 0, KIB)).toString("utf8");
  const hours = SPAN_HOURS.find((each) => text === `{"hours":${each}}`);
  if (hours !== undefined) return hours;
  throw new IoError(
    "corrupt",
    `read "${name}": it does not say how many hours (hint: remove it where the day is not sealed)`,
  );
}

/**
 * So many hours that a seal brings about enough, by what the hours of the day that are over have brought; null where
 * none of them has lines. A quiet instance is sealed by the day. `overHour`: hours before it are over.
 */
export function proposeSpanHours(tail: readonly TailObject[], day: string, overHour: number): SpanHours | null {
  let bytes = 0;
  let firstHour = Number.POSITIVE_INFINITY;
  for (const { object, hours } of tail) {
    const ours = hours.filter((hour) => hour < overHour && dayOfHour(hour) === day);
    bytes += (object.sizeBytes * ours.length) / hours.length;
    if (ours[0] !== undefined && ours[0] < firstHour) firstHour = ours[0];
  }
  if (firstHour === Number.POSITIVE_INFINITY) return null;
  if (firstHour === UNDATED_HOUR) return 1;
  const dayStart = firstHour - (firstHour % DAY_HOURS);
  const hoursOver = Math.min(overHour - dayStart, DAY_HOURS);
  return spanHoursFor(bytes / hoursOver);
}

/** The same by what an hour brings, in stored bytes. */
export function spanHoursFor(bytesPerHour: number): SpanHours {
  return SPAN_HOURS.find((hours) => bytesPerHour * hours >= WANTED_BYTES) ?? DAY_HOURS;
}

/** Hours before it are over, and so long over that lines of them are no longer waited for. */
export function hourThatIsOver(nowMs: number, latenessMs: number): number {
  return Math.floor((nowMs - latenessMs) / HOUR_MS);
}
