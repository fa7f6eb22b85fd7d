/**
 * Goal: counts, a recount and the ledger say the same, whenever lines are sealed and their write-ahead objects removed
 * while they are at work.
 * Method: archives in memory, in which everything is sealed and removed just before the n-th read of a write-ahead
 * object, for n from the first read to the last one that an undisturbed run makes, or for some of them.
 */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { type LedgerOptions, readLedger } from "../../src/counts/ledger/ledger.ts";
import { type LedgerReport, ledgerReport } from "../../src/counts/ledger/ledger-report.ts";
import { lookAgain } from "../../src/counts/second-look.ts";
import { putObject } from "../archive/sample-archive.ts";
import { countingPushes, STREAM, seal } from "../archive/seal/sealing.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { apiLine, entryLine, figures, type TestArchive, testArchive } from "./facts/sealed-archive.ts";
import { recountOf } from "./recount/recounting.ts";

const DAY = Date.UTC(2020, 11, 22);

type Removable = ObjectStore & ObjectRemover;

/** Calls `seals`, and removes all write-ahead objects, before the n-th read of one. Gives how many reads there were. */
function removeBefore(store: Removable, nth: number, seals: () => Promise<void>): () => number {
  const plain = { ...store };
  let reads = 0;
  let isSealing = false;
  Object.assign(store, {
    async read(name: string, start: number, end: number) {
      if (!name.startsWith("wal/") || isSealing) return plain.read(name, start, end);
      reads += 1;
      if (reads === nth) {
        isSealing = true;
        await seals();
        for await (const object of plain.list("wal/")) await plain.remove(object.name);
        isSealing = false;
      }
      return plain.read(name, start, end);
    },
  });
  return () => reads;
}

/** Does the same for reads in turn, for so many at the most, on a new archive each time; the first time for none. */
async function forEachRead<Archive, Said>(
  make: () => Promise<Archive>,
  disturb: (archive: Archive, nth: number) => () => number,
  ask: (archive: Archive) => Promise<Said>,
  most: number,
): Promise<{ readonly expected: Said; readonly found: readonly Said[] }> {
  const undisturbed = await make();
  const reads = disturb(undisturbed, 0);
  const expected = await ask(undisturbed);
  const total = reads();
  const found: Said[] = [];
  for (let nth = 1; nth <= total; nth += Math.ceil(total / most)) {
    const archive = await make();
    disturb(archive, nth);
    found.push(await ask(archive));
  }
  expect(found.length).toBeGreaterThan(3);
  return { expected, found };
}

/** A sealed day, and on it and the next what is not sealed: a repeat, a conflict, and new lines. */
async function filled(): Promise<TestArchive> {
  const archive = await testArchive();
  const kept = apiLine(DAY);
  await archive.add([kept, entryLine(DAY, "1", { text: "a" })]);
  await archive.seal();
  await archive.add([kept, entryLine(DAY, "1", { text: "b", method: "POST" }), apiLine(DAY + 1)]);
  await archive.add([apiLine(DAY + HOUR_MS), apiLine(DAY + DAY_MS)]);
  return archive;
}

const disturbArchive = (archive: TestArchive, nth: number): (() => number) =>
  removeBefore(archive.store, nth, () => archive.seal());

describe("objects that are sealed and removed meanwhile change nothing", () => {
  it("in counts", async () => {
    const ask = async (archive: TestArchive) => figures(await archive.count());
    const { expected, found } = await forEachRead(filled, disturbArchive, ask, 6);
    expect(expected.length).toBeGreaterThan(0);
    for (const each of found) expect(each).toEqual(expected);
  });

  it.each([true, false])("in a recount, compared: %s", async (isCompared) => {
    const recounting = async (archive: TestArchive) => {
      const { found, days, lines } = await recountOf(archive, { isCompared });
      return { found, days, lines };
    };
    // Without a comparison it is the caller who looks again, as several recounts of the same books may be meant.
    const ask = (archive: TestArchive) =>
      isCompared
        ? recounting(archive)
        : lookAgain(archive.store, (store) => recounting({ ...archive, store: { ...archive.store, ...store } }));
    const { expected, found } = await forEachRead(filled, disturbArchive, ask, 6);
    expect(expected).toMatchObject({ found: [], lines: 7 });
    for (const each of found) {
      expect(each.found).toEqual([]);
      expect(each.days).toEqual(expected.days);
      // A copy of a sealed line is read as long as it is not sealed.
      expect([6, 7]).toContain(each.lines);
    }
  });

  it.each([
    { isDeep: true, isSealed: false },
    { isDeep: false, isSealed: false },
    { isDeep: true, isSealed: true },
  ])("in the ledger: %o", async ({ isDeep, isSealed }) => {
    const make = async (): Promise<Removable> => {
      const store = createMemoryStore();
      await putObject(store, [sampleLine("1 push"), sampleLine("none 1"), sampleLine("1 push")], {});
      await seal(store, { spanHours: 1 });
      const later = sampleLine("later", { timeMs: SAMPLE_MS + HOUR_MS });
      const other = sampleLine("other bytes", { id: sampleLine("1 push").id });
      await putObject(store, [other, sampleLine("2 push"), sampleLine("none 1")], { sequence: 2 });
      await putObject(store, [later, sampleLine("3 push")], { sequence: 3 });
      if (isSealed) await seal(store, { spanHours: 1 });
      return store;
    };
    const ask = async (store: ObjectStore): Promise<LedgerReport> => {
      const observer = countingPushes();
      const eventsOf: LedgerOptions["eventsOf"] = (line) => observer.eventsOf(line);
      const options = { store, stream: STREAM, takes: () => true, isDeep, eventsOf, onBytes: () => undefined };
      return ledgerReport([{ ledger: await readLedger(options), index: null }]);
    };
    const { expected, found } = await forEachRead(
      make,
      (store, nth) =>
        removeBefore(store, nth, async () => {
          await seal(store, { spanHours: 1 });
        }),
      ask,
      100,
    );
    const { unsealed, sealed } = expected.total;
    expect(expected).toMatchObject({ balances: true, total: { received: 8, unsealed: isSealed ? 0 : 5 } });
    for (const { problems, total } of found) {
      expect(problems).toEqual([]);
      expect({ ...total, unsealed, sealed }).toEqual(expected.total);
    }
  });
});

it("an object that is listed and never there is looked for three times more, and told", async () => {
  const store = createMemoryStore();
  let looks = 0;
  const read = (): Promise<Buffer> => {
    looks += 1;
    return store.read("wal/local/none", 0, 1);
  };
  await expect(lookAgain({ ...store }, (watched) => watched.read("wal/local/none", 0, 1))).rejects.toThrow(IoError);
  await expect(lookAgain({ ...store, read }, (watched) => watched.read("wal/a", 0, 1))).rejects.toThrow("not there");
  expect(looks).toBe(4);
});
