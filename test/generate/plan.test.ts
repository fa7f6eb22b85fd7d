/** Goal: a wish becomes traffic that can be, or one clear line. Method: wishes with what must come of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/core/fault.ts";
import { createAgenda } from "../../src/generate/agenda.ts";
import { planTraffic, type Wish } from "../../src/generate/plan.ts";
import { NO_WISH } from "./simulated.ts";

const DAY_S = 86_400;
const plan = (wish: Partial<Wish>) => {
  const { users, linesPerSecond, lines, untilMs } = planTraffic({ ...NO_WISH, ...wish });
  return { users, linesPerSecond, lines, seconds: (untilMs - NO_WISH.fromMs) / 1000 };
};
const ENDLESS_S = (Date.UTC(2099, 0, 1) - NO_WISH.fromMs) / 1000;
const ALL = Number.POSITIVE_INFINITY;

describe("a wish", () => {
  it.each([
    ["nothing", {}, { users: 50, linesPerSecond: null, lines: ALL, seconds: DAY_S }],
    ["users", { users: 7 }, { users: 7, linesPerSecond: null, lines: ALL, seconds: DAY_S }],
    ["lines", { lines: 1000 }, { users: 50, linesPerSecond: null, lines: 1000, seconds: ENDLESS_S }],
    ["seconds", { seconds: 60 }, { users: 50, linesPerSecond: null, lines: ALL, seconds: 60 }],
    ["lines in seconds", { lines: 600, seconds: 60 }, { users: 1054, linesPerSecond: 10, lines: 600, seconds: 60 }],
    ["a rate", { rate: 10 }, { users: 1054, linesPerSecond: 10, lines: ALL, seconds: DAY_S }],
    ["a rate with users", { rate: 10, users: 3 }, { users: 3, linesPerSecond: 10, lines: ALL, seconds: DAY_S }],
    ["a rate and lines", { rate: 10, lines: 50 }, { users: 1054, linesPerSecond: 10, lines: 50, seconds: ENDLESS_S }],
  ])("for %s is fulfilled", (_name, wish, expected) => {
    expect(plan(wish)).toEqual(expected);
  });

  it.each([
    [{ lines: 1, seconds: 1, rate: 1 }, "--lines, --seconds and --rate contradict each other (hint: give two of them)"],
    [{ batch: 5 }, 'form "fluentd" has no batches (hint: add --form pubsub)'],
    [
      { redelivered: 0.1, form: "bare" as const },
      'form "bare" delivers nothing again (hint: add --form pubsub, or use --republish)',
    ],
    [{ rate: 500, users: 2 }, "2 users cannot leave 500 lines a second (hint: give --users 10 or more)"],
    [{ lines: 1000, seconds: 1, users: 1 }, "1 user cannot leave 1000 lines a second (hint: give --users 20 or more)"],
    [{ rate: 1_000_000 }, "it takes 105365854 users, over 1000000 (hint: ask for less at a time)"],
    [{ users: 2_000_000 }, "it takes 2000000 users, over 1000000 (hint: ask for less at a time)"],
    [
      { seconds: 900_000_000, fromMs: Date.UTC(2090, 0, 1) },
      "it would end after 2098 (hint: give an earlier --start, or fewer --seconds)",
    ],
    [{ fromMs: Date.UTC(1999, 11, 31) }, "it would begin before 2000-01-02 or after 2098 (hint: give another --start)"],
    [{ fromMs: Date.UTC(2099, 5, 1) }, "it would begin before 2000-01-02 or after 2098 (hint: give another --start)"],
  ])("for the impossible is refused: %j", (wish, message) => {
    expect(() => plan(wish)).toThrow(new UsageError(`generate traffic: ${message}`));
  });
});

describe("the agenda", () => {
  it("gives entries by time, equal ones as they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const agenda = createAgenda<number>();
        for (const [index, timeMs] of times.entries()) agenda.add(timeMs, index);
        const sorted = [...times.entries()].toSorted(([a, x], [b, y]) => x - y || a - b);
        const first = sorted[0]?.[1] ?? 0;
        expect(agenda.next(first - 1)).toBe(null);
        const taken = sorted.map(([, at]) => agenda.next(at));
        expect(taken.map((entry) => [entry?.item, entry?.at])).toEqual(sorted);
        expect(agenda.next(Number.POSITIVE_INFINITY)).toBe(null);
      }),
      { numRuns: 200 },
    );
  });
});
