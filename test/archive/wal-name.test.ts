/**
 * Goal: a name says what its object holds, and no other name is taken for one.
 * Method: a round trip over arbitrary parts; names that are nearly right.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWalName, walObjectName } from "../../src/archive/wal-name.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { dayName, hourOf, UNDATED_HOUR } from "../../src/core/hour.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";

const NAME = "wal/local/2020-12-22/551c31024f51678e/00000001.2020122209-2020122210.ndjson.zst";

const timeMs = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31, 23) });
const hour = fc.oneof(fc.constant(UNDATED_HOUR), timeMs.map(hourOf));

describe("the name of a write-ahead object", () => {
  it("reads back as it was given", () => {
    const parts = fc.record({
      stream: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
      ingestDay: timeMs.map(dayName),
      writer: fc.stringMatching(/^[0-9a-f]{16}$/),
      sequence: fc.integer({ min: 1, max: 1_000_000_000 }),
      firstHour: hour,
      lastHour: hour,
    });
    fc.assert(
      fc.property(parts, (name) => {
        expect(parseWalName(walObjectName(name))).toEqual(name);
      }),
      { numRuns: 300 },
    );
  });

  it("sorts by sequence, and lines without time are undated", () => {
    const parts = { stream: "local", ingestDay: "2020-12-22", writer: "551c31024f51678e", firstHour: 446_841 };
    expect(walObjectName({ ...parts, sequence: 1, lastHour: 446_842 })).toBe(NAME);
    const undated = walObjectName({ ...parts, sequence: 10, firstHour: UNDATED_HOUR, lastHour: 446_841 });
    expect(undated).toBe("wal/local/2020-12-22/551c31024f51678e/00000010.undated-2020122209.ndjson.zst");
    expect(NAME < undated).toBe(true);
  });

  it.each([
    NAME.replace("wal/", "vault/"),
    NAME.replace(".zst", ".zst.tmp"),
    NAME.replace(".zst", ".gz"),
    NAME.replace(".ndjson", ".meta.ndjson"),
    NAME.replace("local", "Local"),
    NAME.replace("local", "a/b"),
    NAME.replace("00000001", ""),
    NAME.replace("00000001", "x"),
    NAME.replace("2020122209", "2020122224"),
    NAME.replace("2020122209", "2020023009"),
    NAME.replace("2020122209", "20201222"),
    NAME.replace("2020122209", "1970010100"),
    NAME.replace("-2020122210", ""),
    `x${NAME}`,
    `${NAME}/x`,
    `${NAME}\n`,
    "wal/.DS_Store",
    "",
  ])("is not %j", (name) => {
    expect(parseWalName(name)).toBeNull();
  });
});

describe("the list of write-ahead objects", () => {
  it("holds those of all streams, or of one, in order of names; other files are ignored", async () => {
    const store = createMemoryStore();
    const second = await putObject(store, [sampleLine("b")], { stream: "b", sequence: 2 });
    const first = await putObject(store, [sampleLine("a")], { stream: "b", sequence: 1 });
    const other = await putObject(store, [sampleLine("a")], { stream: "b-2" });
    await store.create("wal/b/README", Buffer.from("what this is"));
    await store.create(`${first}.tmp`, Buffer.from("half"));
    await store.create(first.replace("wal/", "facts/"), Buffer.from("x"));
    expect((await walObjects(store)).map(({ name }) => name)).toEqual([other, first, second]);
    expect((await walObjects(store, "b")).map(({ name }) => name)).toEqual([first, second]);
    expect((await walObjects(store, "c")).map(({ name }) => name)).toEqual([]);
  });
});
