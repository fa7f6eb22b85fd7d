import { createHash } from "node:crypto";
import fc from "fast-check";
import { hourOf } from "../../src/core/hour.ts";
import { DAY_MS } from "../../src/core/units.ts";
import type { Fact } from "../../src/counts/fact.ts";

/** The as-of day of the samples, and its midnight. */
export const AS_OF = "2020-12-24";
export const AS_OF_MS = Date.UTC(2020, 11, 24);

/** A fact with the stream that its line is in, or what tells of a line that derives nothing. */
export interface SampleFact extends Omit<Fact, "event"> {
  readonly stream: string;
  readonly event: string | null;
}

/** A fact that counts in every period, unless told otherwise. Its id and variant are those of `line`. */
export function sampleFact(line: string, change: Partial<SampleFact> = {}): SampleFact {
  const variant = createHash("sha256").update(line).digest("hex");
  const timeMs = change.timeMs ?? AS_OF_MS - 1;
  return {
    stream: "local",
    id: hourOf(timeMs).toString(16).padStart(8, "0") + variant.slice(0, 24),
    variant,
    log: "rails.api",
    timeMs,
    event: "git_push",
    operation: "update",
    detail: "ssh",
    instance: "gprd",
    plan: "gold",
    group: "acme",
    ownsGroup: false,
    project: "acme/shop",
    category: "source_code_management",
    user: pseudonym("u1"),
    visitor: pseudonym("v1"),
    ...change,
  };
}

export function isFact(fact: SampleFact): fact is SampleFact & Fact {
  return fact.event !== null;
}

export function pseudonym(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}

/** Words that are awkward somewhere: in SQL, in C strings, in UTF-16 order, or because they name the absence. */
const WORDS = ["gold", "free", "é", "\u{1d11e}", "\uff5e", "a\0b", "it's", "(unknown)", "(none)", "x".repeat(40)];

const word = fc.constantFrom(...WORDS);
const wordOrAbsent = fc.option(fc.constantFrom(...WORDS, ""), { nil: null });

/** Times on and beside the borders of the periods, and around pauses of half an hour. */
const timeMs = fc
  .tuple(
    fc.constantFrom(1, 2, 3, 7, 28, 29, 400, 0),
    fc.constantFrom(-1, 0, 1, 12_345_678, -1_800_000, -900_000, 900_000, 1_800_000, 1_800_001),
  )
  .map(([daysAgo, shiftMs]) => AS_OF_MS - daysAgo * DAY_MS + shiftMs);

const VARIANTS = ["1".repeat(64), `${"1".repeat(8)}${"e".repeat(56)}`, `9${"1".repeat(63)}`, `f${"1".repeat(63)}`];

/** Of some variants the id is made, which need not be the smallest; others only begin as the id does. */
const arbitraryIdentity = fc.constantFrom("0", "1", "8", "f").chain((digit) =>
  fc.record({
    id: fc.constant(digit.repeat(24)),
    // Of other variants than the own no hash begins with 64 zero bits: that is how the own one is stored.
    variant: fc.constantFrom(
      ...VARIANTS,
      digit.repeat(64),
      ...(digit === "0" ? [] : [`${digit.repeat(23)}${"7".repeat(41)}`]),
    ),
  }),
);

/**
 * Few ids and few variants, so that copies in several streams, conflicts and twins (the same variant with other
 * dimensions) are common.
 */
const arbitraryFact: fc.Arbitrary<SampleFact> = fc
  .record({
    stream: fc.constantFrom("api", "api", "api", "shell", "web"),
    identity: arbitraryIdentity,
    log: fc.constantFrom("rails.api", "rails.api", "sidekiq"),
    timeMs,
    event: fc.option(fc.constantFrom("git_push", "\uff5e", "\u{1d11e}"), { nil: null }),
    operation: fc.constantFrom("read", "update", "none"),
    detail: word,
    instance: wordOrAbsent,
    plan: wordOrAbsent,
    group: wordOrAbsent,
    ownsGroup: fc.constantFrom(true, false, false),
    project: fc.oneof(
      wordOrAbsent,
      word.map((group) => `${group.toUpperCase()}/shop`),
    ),
    category: wordOrAbsent,
    user: fc.option(fc.constantFrom("u1", "u2", "u3", "u4").map(pseudonym), { nil: null }),
    visitor: fc.option(fc.constantFrom("v1", "v2").map(pseudonym), { nil: null }),
  })
  .map(({ identity: { id, variant }, ...fact }) => ({
    ...fact,
    // A user is a visitor too, and nobody else is that one.
    visitor: fact.user === null ? fact.visitor : pseudonym(`visitor ${fact.user}`),
    variant,
    id: hourOf(fact.timeMs).toString(16).padStart(8, "0") + id,
  }));

/** Facts of lines as streams keep them: each line once in each. */
export function arbitraryFacts(maxLength: number): fc.Arbitrary<SampleFact[]> {
  return fc.uniqueArray(arbitraryFact, {
    maxLength,
    size: "max",
    selector: ({ stream, id, variant, log, event }) => `${stream} ${id} ${variant} ${log} ${event}`,
  });
}
