/**
 * Goal: a day on which several streams have lines is counted from roll-ups where it is known that no id is in two of
 * them, and to the last one the same in every other case.
 * Method: archives of two or three streams, with and without copies of a line, sealed in any order and damaged, against
 * naive counts of the lines that were written, and against what a count said before they were sealed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { IoError } from "../../../src/core/fault.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/core/units.ts";
import type { CountQuery } from "../../../src/counts/cube.ts";
import { apartObject } from "../../../src/counts/facts/apart.ts";
import { naiveCountRows } from "../count-oracle.ts";
import { pseudonym, type SampleFact, sampleFact } from "../sample-facts.ts";
import {
  apiLine,
  derivingParts,
  entryLine,
  figures,
  namesOf,
  objectsOf,
  QUERY,
  spoil,
  type TestArchive,
  testArchive,
} from "./sealed-archive.ts";

const DAY = Date.UTC(2020, 11, 22);
const PERIODS = { periods: ["all", "7d", "daily"], days: 4, asOf: "2020-12-25" } as const;
const AGGREGATE: readonly CountQuery[] = (["plan", "user", "session"] as const).map((by) => ({
  ...QUERY,
  ...PERIODS,
  by,
}));
const QUERIES: readonly CountQuery[] = [
  ...AGGREGATE,
  { ...QUERY, ...PERIODS, by: "session", level: "identifiable" },
  { ...QUERY, ...PERIODS, by: "project", foldsPersonal: true },
];
const APART = "facts/apart/";
const ROLLUP = /^facts\/rollup\//;

/** What somebody did, and where it was written down. */
interface Deed {
  readonly streams: readonly string[];
  readonly timeMs: number;
  readonly user: number;
  readonly plan?: string;
}

function lineOf({ timeMs, user, plan = "gold" }: Deed): string {
  return apiLine(timeMs, { user_id: user, "meta.subscription_plan": plan });
}

/** What a line counts, in the words of the catalogue. */
function factsOf(deed: Deed): SampleFact[] {
  const { timeMs, user, plan = "gold" } = deed;
  const dimensions = { timeMs, plan, user: pseudonym(`u${user}`), visitor: pseudonym(`v${user}`) };
  return deed.streams.flatMap((stream) =>
    ["rest_request", "record_read"].map((event) => sampleFact(lineOf(deed), { ...dimensions, stream, event })),
  );
}

async function addTo(archive: TestArchive, deeds: readonly Deed[]): Promise<void> {
  for (const stream of new Set(deeds.flatMap(({ streams }) => streams))) {
    const lines = deeds.filter(({ streams }) => streams.includes(stream)).map(lineOf);
    await archive.add(lines, stream);
  }
}

async function answers(archive: TestArchive, queries = QUERIES): Promise<unknown[]> {
  return archive.counting(async (counts) => {
    const all: unknown[] = [];
    for (const query of queries) all.push(figures(await counts.rows(query)));
    return all;
  });
}

/** The answers, and of which objects they were made. */
async function answersFrom(archive: TestArchive): Promise<{ answer: unknown[]; facts: string[]; rollups: string[] }> {
  archive.opened.length = 0;
  const answer = await answers(archive);
  return {
    answer,
    facts: archive.opened.filter((name) => !ROLLUP.test(name)),
    rollups: archive.opened.filter((name) => ROLLUP.test(name)),
  };
}

/** One visitor goes on in the other stream, within a day and over midnight. */
const DEEDS: readonly Deed[] = [
  { streams: ["one"], timeMs: DAY + 10 * HOUR_MS, user: 1 },
  { streams: ["two"], timeMs: DAY + 10 * HOUR_MS + 20 * MINUTE_MS, user: 1, plan: "free" },
  { streams: ["two"], timeMs: DAY + 12 * HOUR_MS, user: 1 },
  { streams: ["one"], timeMs: DAY + 13 * HOUR_MS, user: 2 },
  { streams: ["two"], timeMs: DAY + 14 * HOUR_MS, user: 3 },
  { streams: ["one"], timeMs: DAY + DAY_MS - 10 * MINUTE_MS, user: 4 },
  { streams: ["two"], timeMs: DAY + DAY_MS + 10 * MINUTE_MS, user: 4 },
  { streams: ["one"], timeMs: DAY + DAY_MS + 15 * MINUTE_MS, user: 5 },
];
const NAIVE = AGGREGATE.map((query) => figures(naiveCountRows(DEEDS.flatMap(factsOf), query)));

async function twoStreams(): Promise<{ archive: TestArchive; bare: unknown[] }> {
  const archive = await testArchive();
  await addTo(archive, DEEDS);
  const bare = await answers(archive);
  expect(bare.slice(0, AGGREGATE.length)).toEqual(NAIVE);
  await archive.seal({ stream: "one" });
  await archive.seal({ stream: "two" });
  return { archive, bare };
}

describe("streams that share no id", () => {
  it("are counted from roll-ups alone, with sessions that go on in the other stream", async () => {
    const { archive, bare } = await twoStreams();
    const { answer, facts, rollups } = await answersFrom(archive);
    expect(answer).toEqual(bare);
    expect(facts).toEqual([]);
    expect(rollups.length).toBeGreaterThan(0);
    expect(archive.said).toEqual([]);
    const sessions = await archive.count({ by: "session", events: ["rest_request"] });
    expect(sessions).toMatchObject([{ count: 8, unique_users: 5, sessions: 6 }]);
  });

  it("are counted from roll-ups beside the facts of what was sealed later", async () => {
    const archive = await testArchive();
    const many = Array.from({ length: 40 }, (_, n) => ({ ...DEEDS[n % 2], timeMs: DAY + n * 20 * MINUTE_MS }) as Deed);
    const late: Deed = { streams: ["two"], timeMs: DAY + 13 * HOUR_MS + 10 * MINUTE_MS, user: 2 };
    await addTo(archive, many);
    await archive.seal({ stream: "one" });
    await archive.seal({ stream: "two" });
    await addTo(archive, [late]);
    await archive.seal({ stream: "two" });
    const { answer, facts, rollups } = await answersFrom(archive);
    const expected = AGGREGATE.map((query) => figures(naiveCountRows([...many, late].flatMap(factsOf), query)));
    expect(answer.slice(0, AGGREGATE.length)).toEqual(expected);
    expect(new Set(facts.map((name) => name.replace(/.*stream=/, "")))).toEqual(
      new Set(["two/day=2020-12-22/hour=12/000002-10001.parquet"]),
    );
    expect(rollups.length).toBeGreaterThan(0);
    expect(archive.said).toEqual([]);
  });

  it("are known as such once, also where two sealers find it out at the same time", async () => {
    const { archive } = await twoStreams();
    const before = await objectsOf(archive, APART);
    expect([...before.keys()].map((name) => /day=([-\d]+)/.exec(name)?.[1])).toEqual(["2020-12-22", "2020-12-23"]);
    for (const name of before.keys()) await archive.store.remove(name);
    await Promise.all([archive.rollUp("one"), archive.rollUp("two")]);
    expect(await objectsOf(archive, APART)).toEqual(before);
    archive.opened.length = 0;
    await archive.rollUp("one");
    // What is known is not looked for among the facts again.
    expect(archive.opened.filter((name) => !ROLLUP.test(name))).toEqual([]);
  });

  it("stay so when lines come again that are in the same stream already", async () => {
    const { archive, bare } = await twoStreams();
    await addTo(archive, DEEDS.slice(0, 4));
    await archive.seal({ stream: "one" });
    await archive.seal({ stream: "two" });
    for (const name of await namesOf(archive, APART, /./)) await archive.store.remove(name);
    await archive.rollUp("one");
    const { answer, facts } = await answersFrom(archive);
    expect(answer).toEqual(bare);
    expect(facts).toEqual([]);
  });

  it("need no right to remove anything, as long as nothing is damaged", async () => {
    const archive = await testArchive();
    archive.store.remove = () => Promise.reject(new IoError("denied", "remove"));
    await addTo(archive, DEEDS);
    await archive.seal({ stream: "one" });
    await archive.seal({ stream: "two" });
    expect((await answersFrom(archive)).facts).toEqual([]);
  });

  it("share one instance, and carry what their facts do", async () => {
    const { archive } = await twoStreams();
    await archive.counting(async (counts) => {
      expect(await counts.onlyInstance({ ...QUERY, ...PERIODS })).toBe("(unknown)");
      const carried = await counts.carried({ days: 4, asOf: "2020-12-25" });
      expect(carried.map(({ event, events }) => [event, events])).toEqual([
        ["record_read", 8],
        ["rest_request", 8],
      ]);
    });
  });

  it("count the variant that stands where one of them has a conflict", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)], "one");
    await archive.add([entryLine(DAY, "1", { status: 200, user_id: 2 })], "two");
    await archive.seal({ stream: "one" });
    await archive.seal({ stream: "two" });
    expect((await namesOf(archive, APART, /./)).length).toBe(1);
    for (const status of [500, 501, 502, 503]) {
      await archive.add([entryLine(DAY, "1", { status, user_id: 3 })], "two");
      const bare = await answers(archive);
      await archive.seal({ stream: "two" });
      expect(await answers(archive)).toEqual(bare);
    }
    expect(archive.said).toEqual([]);
  });
});

describe("a day of several streams is counted from its facts", () => {
  const copy: Deed = { streams: ["two"], timeMs: DAY + 10 * HOUR_MS, user: 1 };

  it("when a line of one comes late in the other, sealed or not", async () => {
    const { archive, bare } = await twoStreams();
    await addTo(archive, [copy]);
    expect(await answers(archive)).toEqual(bare);
    await archive.seal({ stream: "two" });
    const { answer, facts } = await answersFrom(archive);
    expect(answer).toEqual(bare);
    expect(facts.filter((name) => name.includes("2020-12-22")).length).toBeGreaterThan(0);
    expect(facts.filter((name) => name.includes("2020-12-23"))).toEqual([]);
    const ofDay = { ...QUERY, periods: ["daily"], days: 1, asOf: "2020-12-23" } as const;
    expect(await archive.counting((counts) => counts.onlyInstance(ofDay))).toBe("(unknown)");
    // That they are not is known too.
    archive.opened.length = 0;
    await archive.rollUp("two");
    expect(archive.opened.filter((name) => !ROLLUP.test(name))).toEqual([]);
    expect(archive.said).toEqual([]);
  });

  it("when what says that they are apart was altered, which is told and mended", async () => {
    const { archive, bare } = await twoStreams();
    const [name = ""] = await namesOf(archive, APART, /day=2020-12-22/);
    await spoil(archive, name, "alter");
    const { answer, facts } = await answersFrom(archive);
    expect(answer).toEqual(bare);
    expect(facts.length).toBeGreaterThan(0);
    expect(archive.said).toEqual([
      expect.stringMatching(/^2020-12-22 is counted without roll-ups: ".*" was altered \(/),
    ]);
    await archive.rollUp("one");
    archive.said.length = 0;
    expect((await answersFrom(archive)).facts).toEqual([]);
    expect(archive.said).toEqual([]);
  });

  it("when it is said of other plans, or under the name of the opposite", async () => {
    const { archive, bare } = await twoStreams();
    const [apart = ""] = await namesOf(archive, APART, /day=2020-12-22/);
    const claim = await archive.store.read(apart, 0, 1e6);
    await addTo(archive, [copy]);
    await archive.seal({ stream: "two" });
    const names = await namesOf(archive, APART, /day=2020-12-22/);
    const [opposite = ""] = names.filter((name) => name !== apart);
    const bytes = await archive.store.read(opposite, 0, 1e6);
    expect([claim.toString(), bytes.toString()].map((text) => text.slice(0, 14))).toEqual([
      '{"apart":true,',
      '{"apart":false',
    ]);
    for (const lie of [claim, Buffer.from(bytes.toString().replace("false", "true"))]) {
      await archive.store.remove(opposite);
      await archive.store.create(opposite, lie);
      expect(await answers(archive)).toEqual(bare);
    }
    // A seal of the day puts it right.
    await archive.rollUp("two");
    expect(await archive.store.read(opposite, 0, 1e6)).toEqual(bytes);
  });

  it("when what once said so is left beside the truth, until a seal removes it", async () => {
    const { archive, bare } = await twoStreams();
    await addTo(archive, [copy]);
    await archive.seal({ stream: "two" });
    const day = "2020-12-22";
    const plans = [
      ...(await readSealedPlans(archive.store, "one", day)),
      ...(await readSealedPlans(archive.store, "two", day)),
    ];
    const { basis } = derivingParts({});
    await archive.store.remove(apartObject(basis, day, plans, false).name);
    const lie = apartObject(basis, day, plans, true);
    await archive.store.create(lie.name, lie.bytes.subarray(1));
    expect(await answers(archive)).toEqual(bare);
    expect(archive.said.length).toBe(1);
    await archive.rollUp("one");
    archive.said.length = 0;
    expect(await answers(archive)).toEqual(bare);
    expect(archive.said).toEqual([]);
  });

  it("until it is over", async () => {
    const archive = await testArchive();
    await addTo(archive, DEEDS);
    const overMs = DAY + DAY_MS + 12 * HOUR_MS;
    for (const stream of ["one", "two"]) await archive.seal({ stream, overMs });
    expect((await namesOf(archive, APART, /./)).map((name) => /day=([-\d]+)/.exec(name)?.[1])).toEqual(["2020-12-22"]);
  });

  it("while facts of one of them are missing", async () => {
    const { archive, bare } = await twoStreams();
    for (const name of await namesOf(archive, APART, /./)) await archive.store.remove(name);
    const [receipt = ""] = await namesOf(archive, "facts/catalogue", /stream=two\/day=2020-12-22\/.*json$/);
    await spoil(archive, receipt, "remove");
    await archive.rollUp("one");
    expect(archive.said).toEqual([expect.stringMatching(/^2020-12-22 is counted without roll-ups: .* is missing \(/)]);
    expect((await namesOf(archive, APART, /./)).length).toBe(1);
    expect(await answers(archive)).toEqual(bare);
    await archive.rebuild("two");
    await archive.rollUp("one");
    expect((await answersFrom(archive)).facts).toEqual([]);
  });

  it("where a sealer was killed before it knew, until the next one", async () => {
    const archive = await testArchive();
    await addTo(archive, DEEDS);
    const bare = await answers(archive);
    await archive.seal({ stream: "one" });
    const { store } = archive;
    const create = store.create.bind(store);
    store.create = (name, content) =>
      name.startsWith(APART) ? Promise.reject(new IoError("unavailable", "killed")) : create(name, content);
    await expect(archive.seal({ stream: "two" })).rejects.toThrow("killed");
    store.create = create;
    const { answer, facts } = await answersFrom(archive);
    expect(answer).toEqual(bare);
    expect(facts.length).toBeGreaterThan(0);
    await archive.rollUp("two");
    expect((await answersFrom(archive)).facts).toEqual([]);
  });
});

/** Around a midnight and pauses of half an hour; one in ten is written into two streams. */
const deed: fc.Arbitrary<Deed> = fc
  .record({
    streams: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("one", "two", "three").map((stream) => [stream]) },
      { weight: 1, arbitrary: fc.constant(["one", "three"]) },
    ),
    quarters: fc.integer({ min: -6, max: 6 }),
    ms: fc.integer({ min: 0, max: 3 }),
    user: fc.integer({ min: 1, max: 3 }),
    plan: fc.constantFrom("gold", "free"),
  })
  .map(({ quarters, ms, ...rest }) => ({ ...rest, timeMs: DAY + DAY_MS + quarters * 15 * MINUTE_MS + ms }));

const STREAMS = ["one", "two", "three"] as const;

describe("any lines of some streams", () => {
  it("count as one after the other, in whatever order they were written and sealed", {
    timeout: 5 * MINUTE_MS,
  }, async () => {
    const parts = fc.array(
      fc.record({
        deeds: fc.array(deed, { minLength: 1, maxLength: 8 }),
        sealed: fc.shuffledSubarray([...STREAMS]),
        withRollups: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    );
    let fromRollups = 0;
    const property = fc.asyncProperty(parts, async (all) => {
      const archive = await testArchive();
      const written: Deed[] = [];
      for (const { deeds, sealed, withRollups } of all) {
        await addTo(archive, deeds);
        written.push(...deeds);
        for (const stream of sealed) await archive.seal({ stream, withRollups });
      }
      for (const stream of ["last", ...STREAMS]) {
        if (stream !== "last") await archive.seal({ stream });
        if (stream === "one" || stream === "two") continue;
        archive.opened.length = 0;
        const expected = AGGREGATE.map((query) => figures(naiveCountRows(written.flatMap(factsOf), query)));
        expect(await answers(archive, AGGREGATE)).toEqual(expected);
      }
      if (archive.opened.every((name) => ROLLUP.test(name))) fromRollups += 1;
      expect(archive.said).toEqual([]);
    });
    await fc.assert(property, { numRuns: 8 });
    expect(fromRollups).toBeGreaterThan(0);
  });
});
