/**
 * Goal: counts are the same to the last one whether lines are sealed or not, and whatever of the facts is at hand.
 * Method: an archive in memory is filled, sealed and counted as the commands do it; what a count said of the bare lines
 * must be said again of facts, roll-ups, facts that are gone, and any mixture.
 */
import { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it, vi } from "vitest";
import { IoError } from "../../../src/core/fault.ts";
import { leafHash } from "../../../src/core/identity.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/core/units.ts";
import type { CountRow } from "../../../src/counts/cube.ts";
import { SEGMENTS, type Segment } from "../../../src/counts/segment.ts";
import { parseCatalogue } from "../../../src/derive/catalogue.ts";
import { putObject } from "../../archive/sample-archive.ts";
import { simulated } from "../../generate/simulated.ts";
import { forgedVariant, sampleLine } from "../../segment/sample-line.ts";
import { recountOf } from "../recount/recounting.ts";
import {
  apiLine,
  type Deriving,
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
const ALL_PERIODS = {
  level: "aggregate",
  periods: ["all", "28d", "7d", "daily"],
  days: 8,
  asOf: "2020-12-26",
} as const;

/** Counts in every period; one segment is like another, so that a few will do. */
async function everything(
  archive: TestArchive,
  deriving: Deriving = {},
  segments: readonly Segment[] = ["plan", "user", "instance"],
): Promise<unknown[]> {
  const rows: CountRow[] = await archive.counting(async (counts) => {
    const all: CountRow[] = [];
    for (const by of segments) all.push(...(await counts.rows({ ...QUERY, by, ...ALL_PERIODS })));
    return all;
  }, deriving);
  return figures(rows);
}

/** Event → count and users of all time. */
async function totals(archive: TestArchive): Promise<Record<string, unknown>> {
  const rows = await archive.count();
  return Object.fromEntries(rows.map((row) => [row.event, [row.count, row.unique_users]]));
}

describe("generated traffic", () => {
  it("counts the same bare, sealed in part, sealed with facts, and by roll-ups", async () => {
    const archive = await testArchive();
    const { rows } = simulated({ users: 8, seconds: 2 * 86_400, seed: 5, republished: 0.1, poisoned: 0.02 });
    const lines = rows.map(String);
    const half = Math.floor(lines.length / 2);
    await archive.add(lines.filter((_, n) => n % 3 !== 0));
    await archive.add([...lines.slice(half), ...lines.slice(0, 40)]);
    await archive.add(lines.filter((_, n) => n % 3 === 0).toReversed());
    const bare = await everything(archive, {}, SEGMENTS);
    expect(bare.length).toBeGreaterThan(500);
    await archive.seal({ overMs: DAY + 30 * HOUR_MS, segmentBytes: 20_000, withRollups: false });
    expect(await everything(archive, {}, SEGMENTS)).toEqual(bare);
    await archive.seal({ withRollups: false });
    expect(await everything(archive, {}, SEGMENTS)).toEqual(bare);
    archive.opened.length = 0;
    expect((await archive.rollUp()).length).toBeGreaterThan(1);
    archive.opened.length = 0;
    expect(await everything(archive, {}, SEGMENTS)).toEqual(bare);
    expect(archive.opened.length).toBeGreaterThan(0);
    expect(archive.opened.every((name) => name.startsWith("facts/rollup/"))).toBe(true);
    expect(archive.said).toEqual([]);
  });
});

describe("facts", () => {
  async function filled(): Promise<TestArchive> {
    const archive = await testArchive();
    const many = Array.from({ length: 300 }, (_, n) => apiLine(DAY + n * 5 * MINUTE_MS, { user_id: n % 7 }));
    await archive.add([...many, entryLine(DAY, "1", { text: "a" }), entryLine(DAY, "1", { text: "b" }), "no json"]);
    await archive.seal({ segmentBytes: 2000 });
    return archive;
  }

  it("are the same to the byte when they are derived again from the vault alone", async () => {
    const archive = await filled();
    const facts = await objectsOf(archive, "facts/catalogue");
    expect([...facts.keys()].filter((name) => name.endsWith(".parquet")).length).toBeGreaterThan(3);
    const names = [...facts.keys()];
    for (const [index, name] of names.entries()) {
      if (index % 3 !== 2) await spoil(archive, name, index % 3 === 0 ? "remove" : "alter");
    }
    const rebuilt = await archive.rebuild();
    expect(await objectsOf(archive, "facts/catalogue")).toEqual(facts);
    const sum = (outcome: "created" | "same" | "replaced") =>
      rebuilt.reduce((all, { files }) => all + files[outcome], 0);
    const expected = [0, 1, 2].map((rest) => names.filter((_, index) => index % 3 === rest).length);
    expect([sum("created"), sum("replaced"), sum("same")]).toEqual(expected);
  });

  it("that are missing, cut or altered are told in one line, and counted all the same", async () => {
    const archive = await filled();
    const rollups = await namesOf(archive, "facts/rollup/", /./);
    for (const name of rollups) await archive.store.remove(name);
    const bare = await everything(archive);
    expect(archive.said).toEqual([]);
    const [cut = "", altered = "", removed = ""] = await namesOf(archive, "facts/catalogue", /parquet$/);
    const [receipt = ""] = await namesOf(archive, "facts/catalogue", /json$/);
    for (const [name, how, words] of [
      [cut, "cut", "it is not of"],
      [altered, "alter", "its bytes were altered"],
      [removed, "remove", "not there"],
      [receipt, "remove", "is missing"],
    ] as const) {
      await spoil(archive, name, how);
      archive.said.length = 0;
      expect(await everything(archive)).toEqual(bare);
      expect(archive.said).toEqual([expect.stringMatching(/^facts of 1 of \d sealed plans are derived again, /)]);
      expect(archive.said[0]).toContain(words);
      await archive.rebuild();
    }
    archive.said.length = 0;
    expect(await everything(archive)).toEqual(bare);
    expect(archive.said).toEqual([]);
  });

  it("whose receipt is missing are told by its name, whatever words the store has for that", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)]);
    await archive.seal({ withRollups: false });
    const [receipt = ""] = await namesOf(archive, "facts/catalogue", /json$/);
    const { store } = archive;
    const read = store.read.bind(store);
    store.read = (name, start, end) =>
      name === receipt ? Promise.reject(new IoError("not_found", "404 no such key")) : read(name, start, end);
    await everything(archive);
    expect(archive.said).toEqual([expect.stringContaining(`"${receipt}" is missing`)]);
  });

  it("whose receipt speaks of another manifest are not counted", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)]);
    await archive.seal({ withRollups: false });
    const bare = await everything(archive);
    const [receipt = ""] = await namesOf(archive, "facts/catalogue", /json$/);
    const text = (await archive.store.read(receipt, 0, 1e6)).toString();
    await archive.store.remove(receipt);
    const other = text.replace(/("manifest":{[^}]*"sha256":")[0-9a-f]{8}/, "$100000000");
    expect(other).not.toBe(text);
    await archive.store.create(receipt, Buffer.from(other));
    expect(await everything(archive)).toEqual(bare);
    expect(archive.said).toEqual([expect.stringContaining("is of another manifest")]);
  });

  it("that a killed sealer did not finish are written by the next one", async () => {
    const archive = await filled();
    const facts = await objectsOf(archive, "facts/catalogue");
    const [receipt = ""] = await namesOf(archive, "facts/catalogue", /json$/);
    await archive.store.remove(receipt);
    await archive.store.remove(receipt.replace(".json", "-10001.parquet"));
    expect(await archive.complete()).toBe(1);
    expect(await objectsOf(archive, "facts/catalogue")).toEqual(facts);
    expect(await archive.complete()).toBe(0);
  });

  it("that cannot be kept do not hold up a seal", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)]);
    const bare = await everything(archive);
    const { store } = archive;
    const create = store.create.bind(store);
    store.create = (name, content) =>
      name.startsWith("facts/") ? Promise.reject(new IoError("full", "no space")) : create(name, content);
    await archive.seal({ withRollups: false });
    expect(archive.said).toEqual(["facts of plan 1 of local/2020-12-22 are not kept: no space"]);
    expect(await everything(archive)).toEqual(bare);
  });

  it("whose database cannot be opened do not hold up a seal, and those of the next plan are kept", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY), apiLine(DAY + DAY_MS)]);
    const bare = await everything(archive);
    using create = vi.spyOn(DuckDBInstance, "create");
    create.mockRejectedValueOnce(new Error("IO Error: no thread could be started"));
    await archive.seal({ withRollups: false });
    expect(archive.said).toEqual([
      expect.stringMatching(/^facts of plan 1 of local\/2020-12-22 are not kept: .*no thread could be started/),
    ]);
    expect(await namesOf(archive, "facts/catalogue", /day=2020-12-23.*parquet$/)).toHaveLength(1);
    expect(await everything(archive)).toEqual(bare);
  });

  it("of another key or instance are not counted, and replaced by those of this one", async () => {
    const archive = await filled();
    const before = await everything(archive);
    for (const deriving of [{ key: "another key of 16+" }, { instance: "gprd" }]) {
      archive.said.length = 0;
      const answer = await everything(archive, deriving);
      expect(archive.said.join()).toMatch(/is of (?:pseudonym key [0-9a-f]{16}|instance none)/);
      if ("key" in deriving) expect(answer).toEqual(before);
      else expect(JSON.stringify(answer)).toContain('"gprd"');
      await archive.rebuild("local", deriving);
      archive.said.length = 0;
      expect(await everything(archive, deriving)).toEqual(answer);
      expect(archive.said).toEqual([]);
      await archive.rebuild();
    }
  });

  it("of another catalogue lie beside, and never get into a count", async () => {
    const archive = await filled();
    const mine = parseCatalogue(
      {
        file: "mine.yaml",
        text: `version: 1
events:
  rest_request:
    description: Only those of one user.
    log: [rails.api]
    when: {user_id: 3}
`,
      },
      null,
    );
    const standard = await everything(archive);
    const derived = await everything(archive, { catalogue: mine });
    expect(archive.said.join()).toContain("derived again");
    expect(derived).not.toEqual(standard);
    await archive.rebuild("local", { catalogue: mine });
    await archive.rollUp("local", { catalogue: mine });
    archive.said.length = 0;
    expect(await everything(archive, { catalogue: mine })).toEqual(derived);
    expect(await everything(archive)).toEqual(standard);
    expect(archive.said).toEqual([]);
  });
});

describe("roll-ups", () => {
  it.each([
    ["events", /-plan-events\.parquet$/],
    ["sessions", /-plan-sessions\.parquet$/],
    ["runs", /-runs\.parquet$/],
  ])("that were damaged are told, and their day is counted from its facts: %s", async (_, damaged) => {
    const archive = await testArchive();
    // Two files with the same bytes would share a copy.
    await archive.add([apiLine(DAY, { "meta.subscription_plan": "gold" }), apiLine(DAY + DAY_MS)]);
    await archive.seal();
    const before = await everything(archive);
    const [name = ""] = await namesOf(archive, "facts/rollup/", damaged);
    await spoil(archive, name, "alter");
    expect(await everything(archive)).toEqual(before);
    expect(archive.said.join()).toMatch(/^2020-12-22 is counted without its roll-up: .*its bytes were altered/);
    // And a seal of the day makes it anew.
    await archive.rollUp();
    archive.said.length = 0;
    await everything(archive);
    expect(archive.said).toEqual([]);
  });

  it("that are being replaced while they are looked for are told, and their day is counted from its facts", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)]);
    await archive.seal();
    const before = await everything(archive);
    const { store } = archive;
    const read = store.read.bind(store);
    store.read = async (name, start, end) => {
      if (/^facts\/rollup\/.*\.json$/.test(name)) await store.remove(name);
      return read(name, start, end);
    };
    expect(await everything(archive)).toEqual(before);
    expect(archive.said.join()).toMatch(/^a roll-up is not used: .*: not there/);
  });

  it("are made of days that are over, and again when many lines have come since", async () => {
    const archive = await testArchive();
    const rollups = async () => (await namesOf(archive, "facts/rollup/", /[0-9a-f]{64}\.json$/)).length;
    await archive.add([apiLine(DAY), apiLine(DAY + 7 * HOUR_MS)]);
    await archive.seal({ overMs: DAY + DAY_MS - HOUR_MS });
    expect(await rollups()).toBe(0);
    await archive.add(Array.from({ length: 30 }, (_, n) => apiLine(DAY + 20 * HOUR_MS + n)));
    await archive.seal({ overMs: DAY + DAY_MS });
    expect(await rollups()).toBe(1);
    await archive.add([apiLine(DAY + 1), apiLine(DAY + 2), apiLine(DAY + 3)]);
    await archive.seal();
    expect(await rollups()).toBe(1);
    await archive.add([apiLine(DAY + 4)]);
    await archive.seal();
    expect(await rollups()).toBe(2);
  });

  it("are used beside the facts of what came later, sealed or not", async () => {
    const archive = await testArchive();
    const many = Array.from({ length: 50 }, (_, n) => apiLine(DAY + n));
    await archive.add(many);
    await archive.seal();
    await archive.add([apiLine(DAY + 1000, { user_id: 5 })]);
    archive.opened.length = 0;
    expect(await totals(archive)).toEqual({ rest_request: [51, 2], record_read: [51, 2] });
    const rollup = ["rollup-instance-events.parquet", "rollup-instance-sessions.parquet", "rollup-runs.parquet"];
    const opened = () => archive.opened.map((each) => each.replace(/.*\//, "").replace(/^[0-9a-f]{64}/, "rollup"));
    expect(opened()).toEqual(rollup);
    await archive.seal();
    archive.opened.length = 0;
    expect(await totals(archive)).toEqual({ rest_request: [51, 2], record_read: [51, 2] });
    expect(opened()).toEqual([...rollup, "000002-10001.parquet"]);
    archive.opened.length = 0;
    await archive.count({ withSessions: false });
    expect(opened().slice(0, 1)).toEqual(rollup.slice(0, 1));
    expect(opened()).not.toContain("rollup-runs.parquet");
  });

  it("that hold a plan which is gone are not used", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)]);
    await archive.seal({ withRollups: false });
    await archive.add([apiLine(DAY + 1)]);
    await archive.seal();
    expect(await totals(archive)).toEqual({ rest_request: [2, 1], record_read: [2, 1] });
    const [, later = ""] = await namesOf(archive, "vault/", /\.manifest\.json$/);
    await spoil(archive, later, "remove");
    // Its lines are not sealed then: they count by the write-ahead object, and not by the roll-up as well.
    expect(await totals(archive)).toEqual({ rest_request: [2, 1], record_read: [2, 1] });
  });
});

describe("a count that cannot begin", () => {
  it("leaves no database open", async () => {
    const archive = await testArchive();
    using opened = vi.spyOn(DuckDBInstance, "create");
    using closed = vi.spyOn(DuckDBInstance.prototype, "closeSync");
    using appender = vi.spyOn(DuckDBConnection.prototype, "createAppender");
    appender.mockRejectedValueOnce(new Error("no memory"));
    await expect(archive.count()).rejects.toThrow("no memory");
    expect(opened).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
  });
});

describe("a session over midnight", () => {
  const daily = { periods: ["daily"], days: 1, asOf: "2020-12-24" } as const;
  const parts = [apiLine(DAY + DAY_MS - 10 * MINUTE_MS), apiLine(DAY + DAY_MS + 10 * MINUTE_MS)];

  it.each([
    ["from roll-ups", true],
    ["from lines that are not sealed", false],
  ])(
    "is one, and has the start of the whole as its key, also where only the later day is asked for: %s",
    async (_, isSealed) => {
      const archive = await testArchive();
      await archive.add(parts);
      if (isSealed) await archive.seal();
      const named = await archive.count({ ...daily, by: "session", level: "identifiable", events: ["rest_request"] });
      expect(named).toMatchObject([{ count: 1, sessions: 1, unique_users: 1, sealed: isSealed }]);
      expect(named[0]?.key).toMatch(/^[0-9a-f]{32}@2020-12-22T23:50:00\.000Z$/);
      const totals = await archive.count({ by: "session", events: ["rest_request"] });
      expect(totals).toMatchObject([{ key: null, count: 2, sessions: 1 }]);
    },
  );

  it("is put together again by a late line between its parts", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY + DAY_MS - 20 * MINUTE_MS), apiLine(DAY + DAY_MS + 20 * MINUTE_MS)]);
    await archive.seal();
    const sessions = async () => (await archive.count({ events: ["rest_request"] })).map((row) => row.sessions);
    expect(await sessions()).toEqual([2]);
    await archive.add([apiLine(DAY + DAY_MS)]);
    expect(await sessions()).toEqual([1]);
    await archive.seal();
    expect(await sessions()).toEqual([1]);
  });
});

describe("an id with several variants", () => {
  const leafOf = (line: string): string => leafHash(Buffer.from(`\0${line}`), 1, 1 + Buffer.byteLength(line));
  /** Each stands in the place of all before it, and those that do so when they are sealed count other events. */
  const falling = ((): readonly string[] => {
    const all = Array.from({ length: 60 }, (_, n) =>
      entryLine(DAY, "1", { text: `text ${n}`, user_id: n, status: n % 2 === 0 ? 200 : 500 }),
    ).toSorted((x, y) => (leafOf(x) < leafOf(y) ? 1 : -1));
    return [200, 500, 200, 200, 500, 500].map((status) => {
      const at = all.findIndex((line) => line.includes(`"status":${status}`));
      return all.splice(0, at + 1).at(-1) ?? "";
    });
  })();
  const variants = ["a", "b", "c", "d", "e", "f"].map((text) => entryLine(DAY, "1", { text, user_id: text }));

  it("counts once by the smallest, whatever came first and was sealed with which", async () => {
    // Of some the smallest variant counts one event only, so that the one that stands is seen.
    const mixed = variants.map((line, n) => (n % 2 === 0 ? line : line.replace('"status":200', '"status":500')));
    for (const order of [mixed, mixed.toReversed(), falling, falling.toReversed()]) {
      const [bare, archive] = [await testArchive(), await testArchive()];
      for (const [index, line] of order.entries()) {
        const lines = index === 0 ? [line, apiLine(DAY)] : [line];
        await bare.add(lines);
        await archive.add(lines);
        const expected = await everything(bare);
        expect(await everything(archive)).toEqual(expected);
        // The roll-up is that of the first seal, and every other line comes into a seal with one before it.
        if (index % 2 > 0) continue;
        await archive.seal({ withRollups: index === 0 });
        expect(await everything(archive)).toEqual(expected);
      }
      await archive.counting(({ lines, conflicts }) => Promise.resolve(expect([lines, conflicts]).toEqual([2, 1])));
      expect(archive.said).toEqual([]);
    }
  });
});

describe("a line that is known by its content", () => {
  const line = apiLine(DAY, { user_id: 1 });
  const own = sampleLine(line, { timeMs: DAY });
  const forged = forgedVariant(own, (n) => apiLine(DAY, { user_id: 2, method: "DELETE", nonce: n }));
  const another = forgedVariant(own, (n) => apiLine(DAY, { user_id: 3, method: "POST", nonce: n }));
  const expected = { rest_request: [1, 1], record_read: [1, 1] };

  it.each([
    ["before it", [[forged], [own]]],
    ["behind it", [[own], [forged]]],
    ["before it, twice", [[forged, another], [own]]],
  ])("counts, and not a forged one with its id and a smaller hash that came %s", async (_, order) => {
    const archive = await testArchive();
    for (const [index, each] of order.entries()) {
      await putObject(archive.store, each, { sequence: index + 1 });
      // At first one is sealed, with a roll-up, and the other is not.
      if (index > 0) expect(await totals(archive)).toEqual(expected);
      await archive.seal();
    }
    expect(await totals(archive)).toEqual(expected);
    await archive.counting(({ lines, conflicts }) => Promise.resolve(expect([lines, conflicts]).toEqual([1, 1])));
    const { found, days } = await recountOf(archive);
    expect(found).toEqual([]);
    expect(Object.fromEntries(days.get("2020-12-22") ?? [])).toEqual({ rest_request: 1, record_read: 1 });
  });

  it("counts, and not a forged one in another stream", async () => {
    const archive = await testArchive();
    await putObject(archive.store, [own], {});
    await putObject(archive.store, [forged], { stream: "forger" });
    for (const stream of [null, "forger", "local"]) {
      if (stream !== null) await archive.seal({ stream });
      expect(await totals(archive)).toEqual(expected);
      expect((await recountOf(archive)).found).toEqual([]);
    }
  });
});

describe("two streams", () => {
  it("that hold the same lines count them once, by facts and not by roll-ups", async () => {
    const archive = await testArchive();
    const lines = [apiLine(DAY), apiLine(DAY + 1), apiLine(DAY + DAY_MS)];
    await archive.add(lines, "one");
    await archive.add([...lines.slice(0, 1), apiLine(DAY + 2)], "two");
    const bare = await everything(archive);
    expect(await totals(archive)).toEqual({ rest_request: [4, 1], record_read: [4, 1] });
    await archive.seal({ stream: "one" });
    expect(await everything(archive)).toEqual(bare);
    await archive.seal({ stream: "two" });
    expect(await everything(archive)).toEqual(bare);
    expect(archive.said).toEqual([]);
  });
});
