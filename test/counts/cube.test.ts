/**
 * Goal: counts are exact, wherever the facts lie.
 * Method: random facts against a slow and plain count, and single facts on every border; facts in memory, in Parquet
 * files and in roll-ups.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import type { CountQuery, CountRow } from "../../src/counts/cube.ts";
import { SEGMENTS, type Segment } from "../../src/counts/segment.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { naiveCountRows } from "./count-oracle.ts";
import { countFacts, type Medium } from "./counted-facts.ts";
import { AS_OF, AS_OF_MS, arbitraryFacts, pseudonym, type SampleFact, sampleFact } from "./sample-facts.ts";

const QUERY: CountQuery = {
  by: "instance",
  level: "aggregate",
  events: null,
  periods: ["all", "28d", "7d", "daily"],
  days: 28,
  asOf: AS_OF,
  withSessions: true,
  foldsPersonal: false,
};

async function rowsOf(facts: readonly SampleFact[], change: Partial<CountQuery> = {}): Promise<CountRow[]> {
  const [rows = []] = await countFacts(facts, [{ ...QUERY, ...change }], await tempFolder());
  return rows;
}

const MEDIA: readonly Medium[] = ["memory", "facts", "rollup"];

/** `all` rows as [event, key, count, unique users]. */
async function totalsOf(facts: readonly SampleFact[], by: Segment = "instance") {
  const rows = await rowsOf(facts, { by, periods: ["all"] });
  return rows.map((row) => [row.event, row.key, row.count, row.unique_users]);
}

describe("against the naive count", () => {
  test("every segment gives the same rows, whatever the order, the streams and where the facts lie", {
    timeout: 2 * MINUTE_MS,
  }, async () => {
    const folder = await tempFolder();
    const property = fc.asyncProperty(
      arbitraryFacts(40),
      fc.infiniteStream(fc.nat()),
      fc.constantFrom(null, null, [], ["git_push"], ["\uff5e", "git_push", "no_such_event"]),
      fc.subarray([...QUERY.periods], { minLength: 1 }),
      fc.constantFrom(1, 8, 28),
      fc.subarray([...SEGMENTS], { minLength: 3, maxLength: 3 }),
      fc.constantFrom("aggregate", "identifiable"),
      fc.boolean(),
      async (facts, chances, events, periods, days, segments, level, foldsPersonal) => {
        const chance = () => chances.next().value ?? 0;
        const placed = facts.map((fact) => ({ fact, place: chance(), medium: MEDIA[chance() % MEDIA.length] }));
        const media = new Map(placed.map(({ fact, medium }) => [fact, medium]));
        const shuffled = placed.toSorted((a, b) => a.place - b.place).map(({ fact }) => fact);
        const queries = segments.map((by) => ({ ...QUERY, by, level, events, periods, days, foldsPersonal }));
        const counted = await countFacts(shuffled, queries, folder, (fact) => media.get(fact) ?? "memory");
        expect(counted).toEqual(queries.map((query) => naiveCountRows(facts, query)));
      },
    );
    // Each step of shrinking would take as long as the run that failed.
    await fc.assert(property, { numRuns: 15, endOnFailure: true });
  });
});

describe("days of roll-ups", () => {
  // On one day in each way: in one roll-up, in two, in one with facts beside it; of two users, one of them on two plans.
  const day = (ago: number, stream: string, line: string, change: Partial<SampleFact> = {}): SampleFact =>
    sampleFact(`${line} ${ago} ${stream}`, { timeMs: AS_OF_MS - 1 - ago * DAY_MS, stream, ...change });
  const ofDay = (ago: number, stream: string): SampleFact[] => [
    day(ago, stream, "a"),
    day(ago, stream, "b"),
    day(ago, stream, "c", { event: `only_${ago}`, plan: "free" }),
    day(ago, stream, "d", { user: pseudonym("u2") }),
    day(ago, stream, "e", { user: null }),
  ];
  const facts = [...ofDay(0, "local"), ...ofDay(1, "local"), ...ofDay(1, "web"), ...ofDay(2, "local")];
  const beside = day(2, "local", "f");
  const everything = [...facts, beside, day(3, "local", "g")];

  test.each([
    { by: "plan", level: "aggregate" },
    { by: "user", level: "aggregate" },
    { by: "user", level: "identifiable" },
    { by: "instance", level: "aggregate", events: ["only_2", "git_push"] },
    { by: "plan", level: "aggregate", periods: ["daily"] },
    { by: "plan", level: "aggregate", periods: ["7d"] },
  ] as const)("tell users apart where a user may have several rows: %o", async (change) => {
    const query = { ...QUERY, days: 5, withSessions: false, ...change };
    const [rows] = await countFacts(everything, [query], await tempFolder(), (fact) =>
      fact === beside ? "facts" : "rollup",
    );
    expect(rows).toEqual(naiveCountRows(everything, query));
  });
});

describe("groups of persons on a day of one roll-up", () => {
  const inGroup = (line: string, name: string, group: string, ownsGroup: boolean): SampleFact =>
    sampleFact(line, { user: pseudonym(name), group, ownsGroup });
  // Each acts in both: where these are one, each is one user of it.
  const facts = [
    inGroup("a", "ada", "ada", true),
    inGroup("b", "ada", "bob", false),
    inGroup("c", "bob", "bob", true),
    inGroup("d", "bob", "ada", false),
  ];

  test.each(["aggregate", "identifiable"] as const)("have each user once, %s", async (level) => {
    const query = {
      ...QUERY,
      by: "group",
      level,
      periods: ["daily"],
      days: 1,
      withSessions: false,
      foldsPersonal: true,
    } as const;
    const [rows] = await countFacts(facts, [query], await tempFolder(), () => "rollup");
    expect(rows).toEqual(naiveCountRows(facts, query));
    expect(rows).toMatchObject([{ key: "(personal)", count: 4, unique_users: 2 }]);
  });
});

describe("each event once", () => {
  const push = sampleFact("a");
  const small = { ...push, variant: `0${"f".repeat(63)}`, plan: "small" };
  const large = { ...push, variant: `f${"0".repeat(63)}`, plan: "large" };

  test.each([
    ["small first", [small, large]],
    ["large first", [large, small]],
  ])("of a conflict's variants the smallest hash counts: %s", async (_, facts) => {
    expect(await totalsOf(facts, "plan")).toEqual([["git_push", "small", 1, 1]]);
  });

  test("events of the larger variant alone do not count", async () => {
    const facts = [large, { ...large, event: "record_update" }, small];
    expect(await totalsOf(facts, "plan")).toEqual([["git_push", "small", 1, 1]]);
  });

  test("of a conflict's variants that counts whose bytes the id is made of, before smaller hashes", async () => {
    const own = { ...push, plan: "own" };
    // Its hash begins as the id does, but not for all of the 12 bytes that the id has.
    const near = { ...small, variant: `${push.variant.slice(0, 23)}${push.variant[23] === "0" ? "1" : "0"}` };
    for (const other of [small, near]) {
      expect(await totalsOf([other, own], "plan")).toEqual([["git_push", "own", 1, 1]]);
      expect(await totalsOf([own, { ...other, stream: "web" }], "plan")).toEqual([["git_push", "own", 1, 1]]);
      expect(
        await totalsOf(
          [
            { ...other, stream: "web" },
            { ...own, event: null },
          ],
          "plan",
        ),
      ).toEqual([["git_push", "small", 1, 1]]);
    }
  });

  test("nothing counts where the smallest variant derives nothing", async () => {
    expect(await totalsOf([large, { ...small, event: null }])).toEqual([]);
  });

  test("that several streams have, by the smallest variant that has any", async () => {
    const elsewhere = { ...small, stream: "web" };
    expect(await totalsOf([large, elsewhere], "plan")).toEqual([["git_push", "small", 1, 1]]);
    expect(await totalsOf([large, { ...elsewhere, event: null }], "plan")).toEqual([["git_push", "large", 1, 1]]);
  });

  test("copies that differ (one line under two topics) are one event, chosen without regard to order", async () => {
    const one = { ...push, detail: "b", user: null };
    const other = { ...push, detail: "a", stream: "web" };
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
        "{"event":"git_push","segment":"plan","key":"gold","period":"7d","from":"2020-12-17T00:00:00Z","to":"2020-12-24T00:00:00Z","count":1,"unique_users":1,"sessions":1,"sealed":false}",
        "{"event":"git_push","segment":"plan","key":"gold","period":"all","from":"2000-01-01T00:00:00Z","to":"2020-12-24T00:00:00Z","count":1,"unique_users":1,"sessions":1,"sealed":false}",
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
  function pushes(user: string | null, count: number): SampleFact[] {
    const name = user === null ? null : pseudonym(user);
    return Array.from({ length: count }, (_, n) => sampleFact(`${user} ${n}`, { user: name }));
  }

  async function perUserOf(facts: readonly SampleFact[]) {
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
