/**
 * Goal: the list shows every segment once, says which lines lie in both places, and adds up what is alike.
 * Method: a small archive in memory, sealed in part, with and without the objects that are sealed.
 */
import { expect, it } from "vitest";
import { spanOfHour } from "../../src/archive/span.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { byDay, listSegments, totalsOf } from "../../src/cli/archive/archive-ls.ts";
import { hourOf } from "../../src/core/hour.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { putObject, walObjects } from "../archive/sample-archive.ts";
import { putPlan, sealAll, storeWithout } from "../archive/sample-vault.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";

const lineOf = (hour: number) => sampleLine(`line ${hour}`, { timeMs: SAMPLE_MS + hour * HOUR_MS });

it("marks what of the write-ahead log is sealed", async () => {
  const store = createMemoryStore();
  const all = await putObject(store, [lineOf(0), lineOf(0)], { sequence: 1 });
  const part = await putObject(store, [lineOf(0), lineOf(1), lineOf(2)], { sequence: 2 });
  await putPlan(store, spanOfHour("local", hourOf(SAMPLE_MS), 1), await walObjects(store));
  await putPlan(store, spanOfHour("local", hourOf(SAMPLE_MS) + 1, 1), await walObjects(store));
  const none = await putObject(store, [lineOf(0)], { sequence: 3 });
  const seen = (await listSegments(store)).map(({ name, kind, sealed, lines }) => ({ name, kind, sealed, lines }));
  expect(seen).toEqual([
    { name: "vault/v1/local/2020-12-22/09/000001-10001.ndjson.zst", kind: "vault", lines: 1 },
    { name: "vault/v1/local/2020-12-22/10/000001-10001.ndjson.zst", kind: "vault", lines: 1 },
    { name: all, kind: "wal", sealed: "all", lines: 2 },
    { name: part, kind: "wal", sealed: "part", lines: 3 },
    { name: none, kind: "wal", sealed: "none", lines: 1 },
  ]);
});

it("shows the span, revision and sizes of what the vault has, and needs nothing else for it", async () => {
  const store = createMemoryStore();
  await putObject(store, [lineOf(0), lineOf(5), sampleLine("undated", { timeMs: null })], {});
  await sealAll(store, await walObjects(store), 6);
  await putObject(store, [lineOf(1)], { sequence: 2 });
  await sealAll(store, await walObjects(store), 6);
  const gone = new Set((await walObjects(store)).map(({ name }) => name));
  const segments = await listSegments(storeWithout(store, gone));
  const line = { kind: "vault", lines: 1, raw_bytes: 7 };
  const six = { first_hour: "2020-12-22T06:00:00Z", last_hour: "2020-12-22T11:00:00Z" };
  expect(segments).toMatchObject([
    { kind: "vault", lines: 1, first_hour: "undated", last_hour: "undated", revision: 1, raw_bytes: 8 },
    { ...line, ...six, revision: 1 },
    { ...line, ...six, revision: 2 },
    { ...line, first_hour: "2020-12-22T12:00:00Z", last_hour: "2020-12-22T17:00:00Z", revision: 1 },
  ]);
  let storedBytes = 0;
  for await (const { name, sizeBytes } of store.list("vault/")) storedBytes += name.endsWith(".zst") ? sizeBytes : 0;
  expect(totalsOf(segments)).toEqual([
    {
      name: "4 segments of the vault",
      kind: "vault",
      first_hour: "",
      last_hour: "",
      lines: 4,
      raw_bytes: 29,
      stored_bytes: storedBytes,
    },
  ]);
});

it("adds up each place by itself, since a line may be in both", async () => {
  const store = createMemoryStore();
  await putObject(store, [lineOf(0), lineOf(0)], {});
  await sealAll(store, await walObjects(store));
  const totals = totalsOf(await listSegments(store)).map(({ name, lines }) => [name, lines]);
  expect(totals).toEqual([
    ["1 segment of the vault", 1],
    ["1 segment of the write-ahead log", 2],
  ]);
});

it("lists only what may hold lines of a span, and days as one", async () => {
  const store = createMemoryStore();
  await putObject(store, [lineOf(0), lineOf(1), lineOf(24), sampleLine("undated", { timeMs: null })], {});
  await sealAll(store, await walObjects(store));
  const hour = hourOf(SAMPLE_MS);
  const some = await listSegments(store, (first, last) => first <= hour + 1 && last >= hour + 1);
  expect(some.map(({ name }) => name.slice(0, 30))).toEqual([
    "vault/v1/local/2020-12-22/10/0",
    expect.stringMatching(/^wal/),
  ]);
  expect(
    byDay(await listSegments(store)).map(({ name, segments, lines, first_hour }) => [
      name,
      segments,
      lines,
      first_hour,
    ]),
  ).toEqual([
    ["vault/v1/local/undated/", 1, 1, "undated"],
    ["vault/v1/local/2020-12-22/", 2, 2, "2020-12-22T09:00:00Z"],
    ["vault/v1/local/2020-12-23/", 1, 1, "2020-12-23T09:00:00Z"],
    ["wal/local/2021-01-01/", 1, 4, "undated"],
  ]);
});
