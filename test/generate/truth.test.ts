/**
 * Goal: whatever is done on an instance, its lines count to exactly that, in every form, with repeats and poison among
 * them, in any order, and fed more than once.
 * Method: simulated traffic for generated seeds, counted from an archive in memory, against what the deeds themselves
 * tell. `npm run truth` does the same at length, through the program.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { createChance } from "../../src/generate/chance.ts";
import type { Wish } from "../../src/generate/plan.ts";
import { STANDARD } from "../derive/standard-events.ts";
import { counted } from "./counted.ts";
import { simulated } from "./simulated.ts";

const TROUBLE = { republished: 0.1, poisoned: 0.05 };
const FORMS: Readonly<Record<string, Partial<Wish>>> = {
  bare: { form: "bare" },
  "fluentd, troubled": { form: "fluentd", ...TROUBLE },
  "logentry, troubled": { form: "logentry", ...TROUBLE },
  "pubsub, troubled": { form: "pubsub", redelivered: 0.1, ...TROUBLE },
  "pubsub in batches, troubled": { form: "pubsub", batch: 20, redelivered: 0.1, ...TROUBLE },
};

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const chance = createChance(seed);
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = chance.below(last + 1);
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}

describe("the truth is what is counted", () => {
  it.each(Object.entries(FORMS))("of traffic in the form %s, with every event", async (_name, wish) => {
    const { rows, truth } = simulated({ ...wish, seed: 11, lines: 4000 });
    const { rows: counts, ...totals } = await counted([rows], truth.as_of);
    expect(differences(truth.rows, counts)).toEqual([]);
    expect(totals).toEqual({
      lines_in: truth.lines_in,
      archived: truth.archived,
      eventless: truth.eventless,
      quarantined: truth.quarantined,
    });
    expect(Object.keys(truth.events)).toEqual(STANDARD.events.map(({ event }) => event).toSorted());
  });

  it("of the largest batch that may be asked for", async () => {
    const { rows, truth } = simulated({ form: "pubsub", batch: 10_000, lines: 10_500 });
    const { quarantined, archived, rows: counts } = await counted([rows], truth.as_of);
    expect({ quarantined, archived }).toEqual({ quarantined: {}, archived: truth.archived });
    expect(differences(truth.rows, counts)).toEqual([]);
  });

  it("of any traffic, shuffled, in parts, and fed twice", async () => {
    const anyForm = fc.constantFrom(...Object.values(FORMS));
    const anySeed = fc.integer({ min: 1, max: 999_999_999 });
    await fc.assert(
      fc.asyncProperty(anyForm, anySeed, anySeed, async (form, seed, order) => {
        const { rows, truth } = simulated({ ...form, seed, lines: 500, users: 20 });
        const mixed = shuffled(rows, order);
        const middle = order % mixed.length;
        const parts = [mixed.slice(middle), mixed.slice(0, middle)];
        const { rows: counts, quarantined, archived } = await counted([...parts, ...parts], truth.as_of);
        expect(differences(truth.rows, counts)).toEqual([]);
        expect({ quarantined, archived }).toEqual({ quarantined: truth.quarantined, archived: truth.archived });
      }),
      { numRuns: 12 },
    );
  });
});

describe("differences", () => {
  const { truth } = simulated({ lines: 300 });
  const [first, ...others] = truth.rows;
  if (first === undefined) throw new Error("no rows");

  it("are none between equal rows in any order", () => {
    expect(differences(truth.rows, shuffled(truth.rows, 1))).toEqual([]);
  });

  it.each([
    ["a missing row", others, null],
    ["another count", [{ ...first, count: first.count + 1 }, ...others], first.count + 1],
    ["other users", [{ ...first, unique_users: first.unique_users + 1 }, ...others], first.count],
  ])("tell %s", (_name, rows, count) => {
    const [found, ...more] = differences(truth.rows, rows);
    expect(more).toEqual([]);
    expect(found?.what).toContain(`${first.event} by ${first.segment}`);
    expect(found?.truth).toContain(`${first.count} events`);
    expect(found?.counted?.startsWith(`${count} events`) ?? null).toBe(count === null ? null : true);
  });

  it("tell a row too many, and another spread over users", () => {
    const user = truth.rows.find((row) => row.per_user);
    const without = truth.rows.filter((row) => row !== user);
    expect(differences(without, truth.rows)).toMatchObject([{ truth: null }]);
    if (!user?.per_user) throw new Error("no row by user");
    const wider = { ...user, per_user: { ...user.per_user, max: user.per_user.max + 1 } };
    expect(differences(truth.rows, [...without, wider])).toHaveLength(1);
  });
});
