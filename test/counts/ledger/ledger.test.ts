/**
 * Goal: the ledger balances whatever comes, in whatever order and whenever it is sealed; and what was removed, cut,
 * swapped or altered is named down to segment and line.
 * Method: archives in memory, sealed by the real plans at random moments, against figures that are counted line by
 * line; then each way to break an archive, one by one.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Manifest, manifestBytes } from "../../../src/archive/manifest.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { hourOf, hourText } from "../../../src/core/hour.ts";
import { lineId, partsHash } from "../../../src/core/identity.ts";
import type { Line } from "../../../src/core/line.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { HOUR_MS } from "../../../src/core/units.ts";
import { readLedger } from "../../../src/counts/ledger/ledger.ts";
import { type LedgerReport, ledgerReport } from "../../../src/counts/ledger/ledger-report.ts";
import { createSegmentWriter, createVaultSegmentWriter } from "../../../src/segment/segment-writer.ts";
import { putObject } from "../../archive/sample-archive.ts";
import { figuresOf } from "../../archive/seal/figures-oracle.ts";
import { countingPushes, POOL, type SealingChange, STREAM, seal } from "../../archive/seal/sealing.ts";
import { forgedVariant, SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";

const HOUR = "2020-12-22T09:00:00Z";
/** A year ahead of all others. */
const FUTURE = sampleLine("ahead push", { timeMs: SAMPLE_MS + 365 * 24 * HOUR_MS });

/** Seals everything, in spans of one hour unless told otherwise. */
async function sealAll(store: ObjectStore, change: SealingChange = {}): Promise<void> {
  await seal(store, { spanHours: 1, overHour: FUTURE.hour + 24, ...change });
}

function byHour({ hours }: LedgerReport): Record<string, unknown> {
  return Object.fromEntries(
    hours.map(({ hour, received, archived, duplicates, conflicts, counted, eventless, quarantined }) => [
      hour,
      { received, archived, duplicates, conflicts, counted, eventless, quarantined },
    ]),
  );
}

interface Asked {
  readonly isDeep?: boolean;
  readonly takes?: (hour: number) => boolean;
}

async function ledgerOf(store: ObjectStore, { isDeep = false, takes = () => true }: Asked = {}): Promise<LedgerReport> {
  const ledger = await readLedger({
    store,
    stream: STREAM,
    takes,
    isDeep,
    eventsOf: (line) => countingPushes().eventsOf(line),
    onBytes: () => undefined,
  });
  return ledgerReport([{ ledger, index: null }]);
}

/** A store in which objects can be replaced and removed, as no sealer ever does. */
async function brokenStore(store: ObjectStore, change: ReadonlyMap<string, Uint8Array | null>): Promise<ObjectStore> {
  const broken = createMemoryStore();
  for await (const { name, sizeBytes } of store.list("")) {
    const bytes = change.has(name) ? change.get(name) : await store.read(name, 0, sizeBytes);
    if (bytes) await broken.create(name, bytes);
  }
  return broken;
}

async function namesIn(store: ObjectStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
}

async function bytesIn(store: ObjectStore, name: string): Promise<Buffer> {
  return store.read(name, 0, 2 ** 30);
}

/** Objects, and after which of them everything is sealed, and in how long spans. */
const arrival = fc.record({
  objects: fc.array(
    fc.record({
      lines: fc.array(fc.constantFrom(...POOL, FUTURE), { minLength: 1, maxLength: 25 }),
      isSealedAfter: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  spanHours: fc.constantFrom(1 as const, 6 as const, 24 as const),
  segmentBytes: fc.constantFrom(1, 2 ** 20),
});

describe("the ledger of lines in any order, sealed at any time", () => {
  it("balances, and says what was received, archived and counted", async () => {
    await fc.assert(
      fc.asyncProperty(arrival, fc.boolean(), async ({ objects, spanHours, segmentBytes }, isDeep) => {
        const store = createMemoryStore();
        for (const [index, { lines, isSealedAfter }] of objects.entries()) {
          await putObject(store, lines, { sequence: index + 1 });
          if (isSealedAfter) await sealAll(store, { spanHours, segmentBytes });
        }
        const all = objects.flatMap(({ lines }) => lines);
        const report = await ledgerOf(store, { isDeep });
        expect(report.problems).toEqual([]);
        expect(report.balances).toBe(true);
        expect(byHour(report)).toEqual(figuresOf(all).byHour);
        expect(report.total).toMatchObject({ received: all.length, indexed: null });
        expect(report.hours.every(({ sealed, unsealed }) => sealed === (unsealed === 0))).toBe(true);
        expect(report.total.sealed).toBe(objects.at(-1)?.isSealedAfter === true);
      }),
      { numRuns: 60 },
    );
  });

  it("takes back what the line counted that stood, where its bytes come from a log with a smaller name", async () => {
    const store = createMemoryStore();
    const own = sampleLine("own push");
    await putObject(store, [own, forgedVariant(own, (n) => `forged ${n}`)], {});
    await sealAll(store);
    // What comes from Gitaly counts nothing here.
    await putObject(store, [{ ...own, log: "gitaly" }], { sequence: 2 });
    const expected = { archived: 1, conflicts: 2, counted: 0, eventless: 1 };
    expect((await ledgerOf(store)).total).toMatchObject(expected);
    await sealAll(store);
    expect((await ledgerOf(store)).total).toMatchObject(expected);
  });

  it("leaves out the hours that are not asked for", async () => {
    const store = createMemoryStore();
    await putObject(
      store,
      [sampleLine("1 push"), sampleLine("2 push", { timeMs: SAMPLE_MS + HOUR_MS }), sampleLine("x", { timeMs: null })],
      {},
    );
    await sealAll(store, { spanHours: 24 });
    await putObject(store, [sampleLine("none", { timeMs: SAMPLE_MS + HOUR_MS }), sampleLine("late")], { sequence: 2 });
    const takes = (hour: number): boolean => hourText(hour) === HOUR;
    const report = await ledgerOf(store, { takes });
    expect(report.hours).toMatchObject([
      { hour: HOUR, received: 2, archived: 2, counted: 1, unsealed: 1, sealed: false },
    ]);
    expect(report.balances).toBe(true);
  });

  it("still balances when the write-ahead objects are gone", async () => {
    const store = createMemoryStore();
    const lines = [sampleLine("1 push"), sampleLine("1 push"), sampleLine("none")];
    const name = await putObject(store, lines, {});
    await sealAll(store);
    const report = await ledgerOf(await brokenStore(store, new Map([[name, null]])), { isDeep: true });
    expect(report).toMatchObject({ balances: true, hours: [{ received: 3, archived: 2, duplicates: 1 }] });
  });
});

describe("many conflicts", () => {
  /** How often the ledger reads the vault, where so many sealed lines come with other bytes, of which most stand then. */
  async function vaultReads(conflicts: number): Promise<number> {
    const store = createMemoryStore();
    // Of lines that are known by their place.
    const ids = Array.from({ length: conflicts }, (_, n) => lineId(hourOf(SAMPLE_MS), partsHash([`${n}`])));
    await putObject(store, [...ids.map((id, n) => sampleLine(`line ${n} push`, { id })), sampleLine("more")], {});
    await sealAll(store);
    const others = ids.flatMap((id, n) => ["a", "b", "c"].map((other) => sampleLine(`other ${other} of ${n}`, { id })));
    await putObject(store, others, { sequence: 2 });
    let reads = 0;
    const counting: ObjectStore = {
      ...store,
      read(name, start, end) {
        if (name.startsWith("vault/")) reads += 1;
        return store.read(name, start, end);
      },
    };
    const report = await ledgerOf(counting);
    expect(report).toMatchObject({ balances: true, total: { archived: conflicts + 1, conflicts: conflicts * 3 } });
    expect(report.total.eventless).toBeGreaterThan(conflicts / 2);
    return reads;
  }

  it("cost no more reads of the vault than few", async () => {
    expect(await vaultReads(200)).toBeLessThan(2 * (await vaultReads(5)));
  });
});

/** Two hours, the first of two segments and a late revision. */
async function sound(): Promise<ObjectStore> {
  const store = createMemoryStore();
  await putObject(store, [sampleLine("1 push"), sampleLine("none 1"), sampleLine("1 push")], {});
  await sealAll(store);
  await putObject(store, [sampleLine("2 push"), sampleLine("later", { timeMs: SAMPLE_MS + HOUR_MS })], { sequence: 2 });
  await sealAll(store);
  expect(await ledgerOf(store, { isDeep: true })).toMatchObject({ balances: true, problems: [] });
  return store;
}

/** The manifest with its outputs replaced by segments of these lines, as if they had been sealed. */
async function withLines(store: ObjectStore, manifestName: string, lines: readonly Line[]) {
  const manifest = JSON.parse((await bytesIn(store, manifestName)).toString()) as Manifest;
  const writer = createVaultSegmentWriter();
  for (const each of lines) writer.append(each);
  const segment = writer.finish();
  const [output] = manifest.outputs;
  if (output === undefined) throw new Error("no segment");
  const stored = (name: string, bytes: Buffer) => ({
    name,
    size_bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const outputs = [
    {
      ...output,
      lines: stored(output.lines.name, segment.lines),
      meta: stored(output.meta.name, segment.meta),
      rows: segment.rows,
      root: segment.root.toString("hex"),
    },
  ];
  return { manifest, outputs, segment, output };
}

const FIRST = "vault/v1/local/2020-12-22/09/000001";

describe("an archive that was tampered with does not balance, and the ledger names", () => {
  it.each([
    ["lines", ".ndjson.zst"],
    ["meta", ".meta.ndjson.zst"],
  ])("a segment that was removed: its %s", async (_, end) => {
    const store = await sound();
    const name = `${FIRST}-10001${end}`;
    const report = await ledgerOf(await brokenStore(store, new Map([[name, null]])));
    expect(report.balances).toBe(false);
    expect(report.problems).toContainEqual(
      expect.objectContaining({ hour: HOUR, object: name, what: "the segment is missing" }),
    );
    expect(report.hours.map(({ balances }) => balances)).toEqual([false, true]);
    // And its lines, by where they were received.
    const missing = report.problems.filter(({ row }) => row !== null);
    expect(missing.map(({ row, id, object }) => [row, id, object?.startsWith("wal/local/")])).toEqual([
      [0, sampleLine("1 push").id, true],
      [1, sampleLine("none 1").id, true],
    ]);
  });

  it("a segment that was removed, also where lines of its hour are not sealed yet", async () => {
    const store = await sound();
    await putObject(store, [sampleLine("late push"), sampleLine("1 push")], { sequence: 9 });
    const name = `${FIRST}-10001.meta.ndjson.zst`;
    const report = await ledgerOf(await brokenStore(store, new Map([[name, null]])));
    expect(report.problems[0]).toMatchObject({ object: name, what: "the segment is missing" });
    expect(report.hours[0]).toMatchObject({ received: 6, unsealed: 2, balances: false });
  });

  it("a segment that was cut", async () => {
    const store = await sound();
    const name = `${FIRST}-10001.ndjson.zst`;
    const bytes = await bytesIn(store, name);
    const report = await ledgerOf(await brokenStore(store, new Map([[name, bytes.subarray(0, -1)]])));
    expect(report.problems[0]).toMatchObject({
      hour: HOUR,
      object: name,
      what: "the segment has another size, in bytes",
      expected: bytes.length,
      found: bytes.length - 1,
    });
    expect(report.balances).toBe(false);
  });

  it("a segment that was swapped for another of the same size", async () => {
    const store = await sound();
    const writer = createVaultSegmentWriter();
    for (const text of ["3 push", "none 3"]) writer.append(sampleLine(text));
    const other = writer.finish();
    const name = `${FIRST}-10001.ndjson.zst`;
    expect(other.lines.length).toBe((await bytesIn(store, name)).length);
    const report = await ledgerOf(await brokenStore(store, new Map([[name, other.lines]])));
    const what = "the segment holds other lines, by its Merkle root";
    expect(report.problems).toMatchObject([{ hour: HOUR, object: name, what, found: other.root.toString("hex") }]);
    expect(report.balances).toBe(false);
  });

  it("with --deep, a segment of which a byte was altered", async () => {
    const store = await sound();
    const name = `${FIRST}-10001.ndjson.zst`;
    const bytes = Buffer.from(await bytesIn(store, name));
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    const report = await ledgerOf(await brokenStore(store, new Map([[name, bytes]])), { isDeep: true });
    expect(report.problems).toMatchObject([{ object: name, what: "the segment has other bytes, by their SHA-256" }]);
    expect(report.balances).toBe(false);
  });

  it.each([
    ["received", { received: 4 }, "received is not archived + duplicates"],
    ["archived", { archived: 3 }, "archived is not counted + eventless + quarantined"],
    ["counted", { counted: 2 }, "archived is not counted + eventless + quarantined"],
    [
      "received and duplicates",
      { received: 4, duplicates: 2 },
      "lines in the write-ahead objects are not what the manifests received",
    ],
    ["all of them", { received: 4, archived: 3, counted: 2 }, "lines are not archived + conflicts"],
  ])("a manifest whose figures do not add up: %s", async (_, change, what) => {
    const store = await sound();
    const name = `${FIRST}.manifest.json`;
    const manifest = JSON.parse((await bytesIn(store, name)).toString()) as Manifest;
    const figures = manifest.by_hour[HOUR];
    const altered = { ...manifest, by_hour: { [HOUR]: { ...figures, ...change } } } as Manifest;
    const report = await ledgerOf(await brokenStore(store, new Map([[name, manifestBytes(altered)]])));
    expect(report.balances).toBe(false);
    expect(report.problems).toContainEqual(expect.objectContaining({ hour: HOUR, what }));
    expect(report.hours.map(({ balances }) => balances)).toEqual([false, true]);
  });

  it("a manifest that is missing before another", async () => {
    const store = await sound();
    const report = await ledgerOf(await brokenStore(store, new Map([[`${FIRST}.manifest.json`, null]])));
    expect(report.problems).toContainEqual(
      expect.objectContaining({ object: "vault/v1/local/2020-12-22/09/000002.manifest.json", expected: 1, found: 2 }),
    );
    expect(report.balances).toBe(false);
  });

  it("no record that is missing with everything else in ctl, as its plan added nothing", async () => {
    const store = createMemoryStore();
    for (const [index, text] of ["1 push", "1 push", "2 push"].entries()) {
      await putObject(store, [sampleLine(text)], { sequence: index + 1 });
      await sealAll(store);
    }
    const [record = ""] = await namesIn(store, "ctl/seal/");
    expect(record).toMatch(/\/000002\.json$/);
    const report = await ledgerOf(await brokenStore(store, new Map([[record, null]])));
    expect(report).toMatchObject({ balances: true, problems: [], total: { received: 3, duplicates: 1, unsealed: 1 } });
  });

  it("a received line that a sealer has lost, and one that came from nowhere", async () => {
    const store = await sound();
    const name = `${FIRST}.manifest.json`;
    const stranger = sampleLine("9 push");
    const { manifest, outputs, segment, output } = await withLines(store, name, [sampleLine("none 1"), stranger]);
    const change = new Map<string, Uint8Array>([
      [name, manifestBytes({ ...manifest, outputs })],
      [output.lines.name, segment.lines],
      [output.meta.name, segment.meta],
    ]);
    const broken = await brokenStore(store, change);
    const report = await ledgerOf(broken, { isDeep: true });
    const wal = (await namesIn(store, "wal/"))[0];
    expect(report.problems).toEqual([
      expect.objectContaining({
        hour: HOUR,
        object: wal,
        row: 0,
        id: sampleLine("1 push").id,
        what: "was received, and no segment holds it",
      }),
      expect.objectContaining({
        hour: HOUR,
        object: output.lines.name,
        row: 1,
        id: stranger.id,
        what: "is in a segment, and in no input of its plans",
      }),
    ]);
    expect(report.balances).toBe(false);
  });

  it("a write-ahead object that holds more lines than were sealed", async () => {
    const store = await sound();
    const [wal = ""] = await namesIn(store, "wal/");
    const writer = createSegmentWriter();
    for (const text of ["1 push", "none 1", "1 push", "lost"]) writer.append(sampleLine(text));
    const report = await ledgerOf(await brokenStore(store, new Map([[wal, writer.finish().bytes]])));
    expect(report.balances).toBe(false);
    expect(report.problems).toContainEqual(
      expect.objectContaining({
        object: wal,
        row: 3,
        id: sampleLine("lost").id,
        what: "was received, and no segment holds it",
      }),
    );
    expect(report.problems).toContainEqual(
      expect.objectContaining({
        found: 5,
        expected: 4,
        what: "lines in the write-ahead objects are not what the manifests received",
      }),
    );
  });

  it("lines that a block table of the vault says are there, and which the manifest does not", async () => {
    const store = await sound();
    const name = `${FIRST}.manifest.json`;
    const { manifest, outputs, segment, output } = await withLines(store, name, [
      sampleLine("1 push"),
      sampleLine("none 1"),
      sampleLine("more"),
    ]);
    const change = new Map<string, Uint8Array>([
      [name, manifestBytes({ ...manifest, outputs })],
      [output.lines.name, segment.lines],
      [output.meta.name, segment.meta],
    ]);
    const report = await ledgerOf(await brokenStore(store, change));
    expect(report.problems.map(({ what }) => what)).toContain(
      "ids in the segments are not what the manifests archived",
    );
    expect(report.problems).toContainEqual(
      expect.objectContaining({ object: output.lines.name, row: 2, id: sampleLine("more").id }),
    );
  });
});
