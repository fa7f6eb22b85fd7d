import fc from "fast-check";
import { QUARANTINE_REASONS } from "../../src/core/fault.ts";
import { hourOf, UNDATED_HOUR } from "../../src/core/hour.ts";
import { leafHash, lineId, partsHash } from "../../src/core/identity.ts";
import { LANES, type Line, type MessageInfo } from "../../src/core/line.ts";

export const SAMPLE_MS = Date.UTC(2020, 11, 22, 9, 30, 0, 123);

/** A line as decoding would emit it: filed under its own time, identified by its content, and elsewhere by its place. */
export function sampleLine(content: string | Uint8Array, change: Partial<Line> = {}): Line {
  const buffer = Buffer.concat([Buffer.alloc(1), Buffer.from(content)]);
  const timeMs = change.timeMs === undefined ? SAMPLE_MS : change.timeMs;
  const hour = change.hour ?? (timeMs === null ? UNDATED_HOUR : hourOf(timeMs));
  const hash = leafHash(buffer, 1, buffer.length);
  const isByContent = change.lane === undefined || change.lane === "line" || change.lane === "future";
  return {
    buffer,
    start: 1,
    end: buffer.length,
    hash,
    id: lineId(hour, isByContent ? hash : partsHash(["sample", hash])),
    identifiedBy: isByContent ? "content" : "place",
    hour,
    lane: "line",
    log: "rails.api",
    timeMs,
    reason: null,
    message: null,
    ...change,
  };
}

/** A line with the id of another, and bytes whose hash is smaller than its: what a forger would look for. */
export function forgedVariant({ id, hash, timeMs }: Line, textOf: (attempt: number) => string): Line {
  for (let attempt = 0; ; attempt += 1) {
    const forged = sampleLine(textOf(attempt), { id, timeMs });
    if (forged.hash < hash) return forged;
  }
}

/** The archived bytes of a line, without LF. */
export function bytesOf({ buffer, start, end }: Pick<Line, "buffer" | "start" | "end">): Buffer {
  return Buffer.from(buffer.subarray(start, end));
}

/**
 * Few values each, so that messages which agree in some parts only are common, also side by side.
 * No name of an attribute needs an escape in JSON: `JSON.parse` reads some of those wrong (nodejs/node#63785).
 */
export const arbitraryMessage: fc.Arbitrary<MessageInfo> = fc.record({
  topic: fc.constantFrom("", "rails", 'é"\\\u2028'),
  messageId: fc.constantFrom("1", "2", '"\n\0'),
  publishedAtMs: fc.constantFrom(null, SAMPLE_MS, SAMPLE_MS + 1),
  attributes: fc.oneof(
    fc.constant({}),
    fc.constantFrom<Record<string, string>>({ log: "a" }, { log: "b" }, { "": "", é: '"\n' }),
    fc.dictionary(
      fc.string({ unit: fc.constantFrom("a", "_", "é"), maxLength: 3 }),
      fc.string({ unit: "binary", maxLength: 5 }),
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
  ),
});

/** Everything about a line but its bytes, with or without time, reason and message. */
export const arbitraryChange: fc.Arbitrary<Partial<Line>> = fc.record({
  lane: fc.constantFrom(...LANES),
  log: fc.constantFrom("rails.api", "unknown"),
  timeMs: fc.option(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) - 1 }), { nil: null }),
  reason: fc.constantFrom(null, null, ...QUARANTINE_REASONS),
  message: fc.option(arbitraryMessage, { nil: null }),
});
