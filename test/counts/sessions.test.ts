/**
 * Goal: sessions are those of the definition: a visitor's events of any type, cut wherever two neighbours are more than 30
 * minutes apart, and nowhere else; each counts in every span that has one of its events.
 * Method: any events of a few visitors around midnights and around pauses of half an hour, some in roll-ups of their day,
 * some in files, some in memory, of one stream or two, against one pass over them in time order.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import type { CountQuery, CountRow } from "../../src/counts/cube.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { naiveCountRows } from "./count-oracle.ts";
import { countFacts, type Medium } from "./counted-facts.ts";
import { pseudonym, type SampleFact, sampleFact } from "./sample-facts.ts";

const MIDNIGHT_MS = Date.UTC(2020, 11, 23);
const MEDIA: readonly Medium[] = ["memory", "facts", "rollup"];

const QUERY: CountQuery = {
  by: "plan",
  level: "aggregate",
  events: null,
  periods: ["all", "7d", "daily"],
  days: 3,
  asOf: "2020-12-25",
  withSessions: true,
  foldsPersonal: false,
};

const QUERIES: readonly CountQuery[] = [
  QUERY,
  { ...QUERY, by: "session" },
  { ...QUERY, by: "session", level: "identifiable", periods: ["daily"] },
  { ...QUERY, by: "user", level: "identifiable", events: ["git_push"] },
  { ...QUERY, by: "plan", asOf: "2020-12-24" },
];

/** Moments half an hour apart, and a millisecond beside them, over three midnights. */
const moment = fc
  .tuple(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 0, -1, 1), fc.constantFrom(-1, 0, 0, 1))
  .map(([halves, ms, days]) => MIDNIGHT_MS + halves * 30 * MINUTE_MS + ms + days * DAY_MS);

const someone = fc.constantFrom(
  { user: pseudonym("u1"), visitor: pseudonym("v1") },
  { user: pseudonym("u1"), visitor: pseudonym("v1") },
  { user: null, visitor: pseudonym("v2") },
  { user: null, visitor: null },
);

const deed = fc.record({
  who: someone,
  timeMs: moment,
  event: fc.constantFrom("git_push", "pageview"),
  plan: fc.constantFrom("gold", null),
  medium: fc.constantFrom(...MEDIA),
  stream: fc.constantFrom("local", "local", "shell"),
});

async function rowsOf(facts: readonly SampleFact[], query: Partial<CountQuery>): Promise<CountRow[]> {
  const [rows = []] = await countFacts(facts, [{ ...QUERY, ...query }], await tempFolder());
  return rows;
}

test("wherever the events lie, they are those of one pass over all of them", { timeout: 2 * MINUTE_MS }, async () => {
  const folder = await tempFolder();
  const property = fc.asyncProperty(fc.array(deed, { maxLength: 24, size: "max" }), async (deeds) => {
    const facts = deeds.map(({ who, timeMs, event, plan, stream }, index) =>
      sampleFact(`line ${index}`, { ...who, timeMs, event, plan, stream }),
    );
    const media = new Map(facts.map((fact, index) => [fact, deeds[index]?.medium]));
    const counted = await countFacts(facts, QUERIES, folder, (fact) => media.get(fact) ?? "memory");
    expect(counted).toEqual(QUERIES.map((query) => naiveCountRows(facts, query)));
  });
  await fc.assert(property, { numRuns: 10 });
});

test.each([
  ["thirty minutes apart are of one session", 30 * MINUTE_MS, 1],
  ["a millisecond more are of two", 30 * MINUTE_MS + 1, 2],
])("neighbours %s", async (_, pauseMs, sessions) => {
  const first = sampleFact("first", { timeMs: MIDNIGHT_MS });
  const rows = await rowsOf([first, sampleFact("second", { timeMs: MIDNIGHT_MS + pauseMs })], { periods: ["all"] });
  expect(rows.map((row) => row.sessions)).toEqual([sessions]);
});

test.each([
  { noon: "rollup", stream: "local" },
  { noon: "rollup", stream: "shell" },
  { noon: "facts", stream: "local" },
  { noon: "memory", stream: "local" },
] as const)("go on at midnight between roll-ups, and at any time with what lies beside one: %o", async (beside) => {
  const at = (minutes: number, ms = 0): number => MIDNIGHT_MS + minutes * MINUTE_MS + ms;
  const day = 1440;
  const facts = [
    // Over a midnight: just half an hour, a millisecond more, and half an hour that ends at the very midnight.
    [at(-15), at(15)],
    [at(-15 - day), at(15 - day, 1)],
    [at(day - 30), at(day)],
    // Around noon, where another one comes between.
    [at(700), at(720), at(760)],
  ]
    .flat()
    .map((timeMs, index) => sampleFact(`${index}`, { timeMs }));
  const between = sampleFact("between", { timeMs: at(740), stream: beside.stream });
  const all = [...facts, between];
  const answers = await countFacts(all, QUERIES, await tempFolder(), (fact) =>
    fact === between ? beside.noon : "rollup",
  );
  expect(answers).toEqual(QUERIES.map((query) => naiveCountRows(all, query)));
});

test("an event of another kind keeps a session going, and is not counted in it", async () => {
  const facts = [0, 25, 50].map((minutes) =>
    sampleFact(`${minutes}`, {
      timeMs: MIDNIGHT_MS + minutes * MINUTE_MS,
      event: minutes === 25 ? "pageview" : "git_push",
    }),
  );
  const [push, ...others] = await rowsOf(facts, { periods: ["all"], events: ["git_push"] });
  expect([push?.count, push?.sessions, others]).toEqual([2, 1, []]);
});

test("a session over midnight is in both days, and once in the week", async () => {
  const facts = [-10, 10].map((minutes) => sampleFact(`${minutes}`, { timeMs: MIDNIGHT_MS + minutes * MINUTE_MS }));
  const rows = await rowsOf(facts, { periods: ["7d", "daily"] });
  expect(rows.map(({ from, sessions }) => [from.slice(0, 10), sessions])).toEqual([
    ["2020-12-18", 1],
    ["2020-12-22", 1],
    ["2020-12-23", 1],
  ]);
});

test("a session's key has the start of the whole, also where that lies before the span", async () => {
  const facts = [-10, 10].map((minutes) => sampleFact(`${minutes}`, { timeMs: MIDNIGHT_MS + minutes * MINUTE_MS }));
  const daily = { by: "session", level: "identifiable", periods: ["daily"], days: 2 } as const;
  const rows = await rowsOf(facts, daily);
  expect(rows.map(({ key, from, count, sessions }) => [key, from.slice(0, 10), count, sessions])).toEqual([
    [`${pseudonym("v1")}@2020-12-22T23:50:00.000Z`, "2020-12-23", 1, 1],
  ]);
});
