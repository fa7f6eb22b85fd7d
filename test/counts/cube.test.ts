import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { hourOf, UNDATED_HOUR } from "../../src/core/hour.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { type CountQuery, type CountRow, countRows, defaultAsOf, type Segment } from "../../src/counts/cube.ts";
import type { Fact } from "../../src/counts/fact.ts";
import { type FactTable, openFactTable } from "../../src/counts/fact-table.ts";
import { naiveCountRows } from "./count-oracle.ts";
import { AS_OF, AS_OF_MS, arbitraryFact, sampleFact } from "./sample-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "cube-"));
afterAll(() => rm(folder, { recursive: true }));

const SEGMENTS: readonly Segment[] = [
  "instance",
  "plan",
  "group",
  "user",
  "project",
  "detail",
  "category",
  "operation",
];

const QUERY: CountQuery = {
  by: "instance",
  events: null,
  periods: ["all", "28d", "7d", "daily"],
  days: 28,
  asOf: AS_OF,
};

async function withTable<T>(facts: readonly Fact[], ask: (table: FactTable) => Promise<T>): Promise<T> {
  const table = await openFactTable({ memoryLimit: "256MB", spillDirectory: join(folder, "spill") });
  try {
    for (const fact of facts) table.append(fact);
    return await ask(table);
  } finally {
    table.close();
  }
}

function rowsOf(facts: readonly Fact[], change: Partial<CountQuery> = {}): Promise<CountRow[]> {
  return withTable(facts, (table) => countRows(table, { ...QUERY, ...change }));
}

/** `all` rows as [event, key, count, unique users]. */
async function totalsOf(facts: readonly Fact[], by: Segment = "instance") {
  const rows = await rowsOf(facts, { by, periods: ["all"] });
  return rows.map((row) => [row.event, row.key, row.count, row.unique_users]);
}

describe("against the naive count", () => {
  test("every segment gives the same rows, whatever the order and the number of copies", async () => {
    const property = fc.asyncProperty(
      fc.array(arbitraryFact, { maxLength: 40, size: "max" }),
      fc.infiniteStream(fc.nat()),
      fc.constantFrom(null, null, [], ["git_push"], ["\uff5e", "git_push", "no_such_event"]),
      fc.subarray([...QUERY.periods], { minLength: 1 }),
      fc.constantFrom(1, 8, 28),
      async (facts, chances, events, periods, days) => {
        const copies = facts.flatMap((fact) => Array<Fact>(1 + ((chances.next().value ?? 0) % 3)).fill(fact));
        const shuffled = copies
          .map((fact) => ({ fact, place: chances.next().value ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ fact }) => fact);
        await withTable(shuffled, async (table) => {
          for (const by of SEGMENTS) {
            const query = { ...QUERY, by, events, periods, days };
            expect(await countRows(table, query)).toEqual(naiveCountRows(facts, query));
          }
        });
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

describe("each event once", () => {
  const push = sampleFact("a");

  test("per line and event, not per copy", async () => {
    const facts = [
      push,
      { ...push, event: "record_update" },
      push,
      sampleFact("b"),
      { ...push, event: "record_update" },
    ];
    expect(await totalsOf(facts)).toEqual([
      ["git_push", "gprd", 2, 1],
      ["record_update", "gprd", 1, 1],
    ]);
  });

  const small = { ...push, variant: `0${"f".repeat(63)}`, plan: "small" };
  const large = { ...push, variant: `f${"0".repeat(63)}`, plan: "large" };

  test.each([
    ["small first", [small, large, small]],
    ["large first", [large, large, small]],
  ])("of a conflict's variants the smallest hash counts: %s", async (_, facts) => {
    expect(await totalsOf(facts, "plan")).toEqual([["git_push", "small", 1, 1]]);
  });

  test("events of the larger variant alone do not count", async () => {
    const facts = [large, { ...large, event: "record_update" }, small];
    expect(await totalsOf(facts, "plan")).toEqual([["git_push", "small", 1, 1]]);
  });

  test("nothing counts where the smallest variant derives nothing", async () => {
    expect(await totalsOf([large, { ...small, event: null }])).toEqual([]);
  });

  test("copies that differ (one line under two topics) are one event, chosen without regard to order", async () => {
    const one = { ...push, detail: "b", user: null };
    const other = { ...push, detail: "a" };
    const expected = [["git_push", "a", 1, 1]];
    expect(await totalsOf([one, other], "detail")).toEqual(expected);
    expect(await totalsOf([other, one], "detail")).toEqual(expected);
  });
});

describe("periods", () => {
  test.each([
    ["at the as-of midnight", AS_OF_MS, []],
    ["after it", AS_OF_MS + DAY_MS, []],
    ["a millisecond before it", AS_OF_MS - 1, ["28d", "7d", "all", "daily 2020-12-23"]],
    ["7 days before it", AS_OF_MS - 7 * DAY_MS, ["28d", "7d", "all", "daily 2020-12-17"]],
    ["more than 7 days", AS_OF_MS - 7 * DAY_MS - 1, ["28d", "all", "daily 2020-12-16"]],
    ["28 days", AS_OF_MS - 28 * DAY_MS, ["28d", "all", "daily 2020-11-26"]],
    ["more than 28 days", AS_OF_MS - 28 * DAY_MS - 1, ["all"]],
    ["the first valid time", Date.UTC(2000, 0, 1), ["all"]],
  ])("an event %s", async (_, timeMs, expected) => {
    const rows = await rowsOf([sampleFact("a", { timeMs })]);
    const names = rows.map((row) => (row.period === "daily" ? `daily ${row.from.slice(0, 10)}` : row.period));
    expect(names).toEqual(expected.sort());
  });

  test("a row is the JSON row of the command line, in its order of fields", async () => {
    const rows = await rowsOf([sampleFact("a", { event: "git_push" })], { by: "plan", periods: ["7d", "all"] });
    expect(rows.map((row) => JSON.stringify(row))).toMatchInlineSnapshot(`
      [
        "{"event":"git_push","segment":"plan","key":"gold","period":"7d","from":"2020-12-17T00:00:00Z","to":"2020-12-24T00:00:00Z","count":1,"unique_users":1,"sessions":null,"sealed":false}",
        "{"event":"git_push","segment":"plan","key":"gold","period":"all","from":"2000-01-01T00:00:00Z","to":"2020-12-24T00:00:00Z","count":1,"unique_users":1,"sessions":null,"sealed":false}",
      ]
    `);
  });

  test("a month ends and a leap day is a day", async () => {
    const facts = [sampleFact("a", { timeMs: Date.UTC(2020, 1, 29, 23, 59) })];
    const rows = await rowsOf(facts, { periods: ["daily"], asOf: "2020-03-02", days: 2 });
    expect(rows.map((row) => [row.from, row.to])).toEqual([["2020-02-29T00:00:00Z", "2020-03-01T00:00:00Z"]]);
  });

  test("a day that is none is refused", async () => {
    await expect(rowsOf([], { asOf: "2020-02-30" })).rejects.toThrow(
      'read as-of day "2020-02-30": not a day (write YYYY-MM-DD)',
    );
    await expect(rowsOf([], { asOf: "soon" })).rejects.toMatchObject({ name: "UsageError" });
  });
});

describe("keys", () => {
  const bare = { instance: null, plan: null, group: null, project: null, category: null, detail: "", operation: "" };

  test.each([
    ["instance", "(unknown)"],
    ["plan", "(unknown)"],
    ["group", "(unknown)"],
    ["project", "(unknown)"],
    ["category", "(unknown)"],
    ["detail", "(none)"],
    ["operation", "none"],
  ] as const)("an absent %s is %s, one row with lines that say so", async (by, name) => {
    const facts = [sampleFact("a", bare), sampleFact("b", { ...bare, [by]: name })];
    expect(await totalsOf(facts, by)).toEqual([["git_push", name, 2, 1]]);
  });

  test("rows are in code-point order", async () => {
    const plans = ["b", "\u{1d11e}", "B", "é", "\uff5e", "a", "Z"];
    const facts = plans.map((plan) => sampleFact(plan, { plan }));
    const rows = await totalsOf(facts, "plan");
    expect(rows.map(([, key]) => key)).toEqual(["B", "Z", "a", "b", "é", "\uff5e", "\u{1d11e}"]);
  });

  test("data is never read as SQL", async () => {
    const nasty = `'); DROP TABLE fact; --"`;
    const facts = [sampleFact("a", { event: nasty, plan: nasty, detail: "$segment" })];
    const rows = await rowsOf(facts, { by: "plan", events: [nasty], periods: ["all"] });
    expect(rows.map((row) => [row.event, row.key, row.count])).toEqual([[nasty, nasty, 1]]);
  });
});

describe("users", () => {
  function pushes(user: string | null, count: number): Fact[] {
    return Array.from({ length: count }, (_, n) => sampleFact(`${user} ${n}`, { user }));
  }

  async function perUserOf(facts: readonly Fact[]) {
    const rows = await rowsOf(facts, { by: "user", periods: ["all"] });
    return rows.map(({ key, count, unique_users, per_user }) => ({ key, count, unique_users, per_user }));
  }

  test("an event without user counts, and is no user", async () => {
    expect(await totalsOf([...pushes("u1", 2), ...pushes(null, 3)])).toEqual([["git_push", "gprd", 5, 1]]);
  });

  test("totals by user name nobody; the distribution leaves out events without user", async () => {
    const facts = [...pushes("u1", 1), ...pushes("u2", 2), ...pushes("u3", 5), ...pushes(null, 9)];
    expect(await perUserOf(facts)).toEqual([
      { key: null, count: 17, unique_users: 3, per_user: { mean: 2.67, median: 2, max: 5 } },
    ]);
  });

  test("the median of an even number is the mean of the middle two", async () => {
    const facts = [...pushes("u1", 1), ...pushes("u2", 2), ...pushes("u3", 5), ...pushes("u4", 9)];
    expect((await perUserOf(facts))[0]?.per_user).toEqual({ mean: 4.25, median: 3.5, max: 9 });
  });

  test("half a hundredth rounds up", async () => {
    const facts = [...pushes("u0", 2), ...Array.from({ length: 7 }, (_, n) => pushes(`u${n + 1}`, 1)).flat()];
    expect((await perUserOf(facts))[0]?.per_user).toEqual({ mean: 1.13, median: 1, max: 2 });
  });

  test("no distribution where no event has a user", async () => {
    expect(await perUserOf(pushes(null, 3))).toEqual([{ key: null, count: 3, unique_users: 0, per_user: null }]);
  });

  test("a user of two days is one user of the week", async () => {
    const facts = [sampleFact("a"), sampleFact("b", { timeMs: AS_OF_MS - DAY_MS - 1 })];
    const rows = await rowsOf(facts, { periods: ["7d", "daily"] });
    expect(rows.map((row) => [row.period, row.count, row.unique_users])).toEqual([
      ["7d", 2, 1],
      ["daily", 1, 1],
      ["daily", 1, 1],
    ]);
  });
});

describe("default as-of day", () => {
  const asOf = (facts: readonly Fact[]) => withTable(facts, defaultAsOf);
  const newest = sampleFact("a", { timeMs: AS_OF_MS - HOUR_MS, event: null });

  test("is the day after the newest filed hour, of lines without event too", async () => {
    expect(await asOf([newest, sampleFact("b", { timeMs: AS_OF_MS - 5 * DAY_MS })])).toBe(AS_OF);
    expect(await asOf([sampleFact("a", { timeMs: AS_OF_MS })])).toBe("2020-12-25");
  });

  test("passes over lines ahead of their hour and undated ones", async () => {
    const ahead = sampleFact("b", { hour: hourOf(AS_OF_MS + 9 * DAY_MS), ahead: true });
    const undated = sampleFact("c", { hour: UNDATED_HOUR, timeMs: 0, event: null });
    expect(await asOf([ahead, newest, undated])).toBe(AS_OF);
    expect(await asOf([ahead, undated])).toBeNull();
    expect(await asOf([])).toBeNull();
  });
});
