/**
 * Goal: of each hour, what is archived is in the index, outside of it, or waits; whatever else is missing is told.
 * Method: archives in memory with marked objects, and counts of documents as a cluster would give them, now and later.
 */
import { describe, expect, it } from "vitest";
import { createIndexMarkers } from "../../../src/archive/index-markers.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { hourOf } from "../../../src/core/hour.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { HOUR_MS } from "../../../src/core/units.ts";
import { noFigures } from "../../../src/counts/ledger/figures.ts";
import { type DocumentCounts, type IndexLedger, readIndexFigures } from "../../../src/counts/ledger/index-figures.ts";
import { putObject } from "../../archive/sample-archive.ts";
import { SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";

const HOUR = hourOf(SAMPLE_MS);

interface Asked {
  readonly store?: ObjectStore;
  readonly conflicts?: number;
  readonly keptSinceMs?: number;
  /** What each look at the cluster finds, one after the other; the last one again and again. */
  readonly looks: readonly DocumentCounts[];
}

/** Of an hour with ten archived lines. */
async function look({ store, conflicts = 0, keptSinceMs = 0, looks }: Asked): Promise<IndexLedger & { waits: number }> {
  let waits = 0;
  let number = 0;
  const ledger = await readIndexFigures(
    {
      store: store ?? createMemoryStore(),
      stream: "local",
      countDocuments: (hours) => {
        const found = looks[Math.min(number, looks.length - 1)] as DocumentCounts;
        number += 1;
        return Promise.resolve(new Map(hours.map((hour) => [hour, found])));
      },
      keptSinceMs,
      missingLines: (hour) => Promise.resolve([{ object: "vault/x", row: hour - HOUR, id: "aa" }]),
      sleep: () => {
        waits += 1;
        return Promise.resolve();
      },
    },
    [{ stream: "local", hour: HOUR, figures: { ...noFigures(), received: 10, archived: 10, counted: 10, conflicts } }],
  );
  return { ...ledger, waits };
}

async function waitingLines(lines: number): Promise<ObjectStore> {
  const store = createMemoryStore();
  const markers = createIndexMarkers(store, "local");
  const ofHour = Array.from({ length: lines }, (_, n) => sampleLine(`waits ${n}`));
  await markers.mark(await putObject(store, [...ofHour, sampleLine("x", { timeMs: SAMPLE_MS + HOUR_MS })], {}));
  const done = await putObject(store, [sampleLine("done 1"), sampleLine("done 2")], { sequence: 2 });
  await markers.mark(done);
  await markers.finish(done);
  return store;
}

describe("an hour of the index", () => {
  it.each([
    ["all in it", { looks: [{ indexed: 10, outside: 0 }] }, { indexed: 10, outside: 0, notYet: 0 }],
    ["some outside", { looks: [{ indexed: 7, outside: 3 }] }, { indexed: 7, outside: 3, notYet: 0 }],
    ["a conflict with two documents", { looks: [{ indexed: 11, outside: 0 }], conflicts: 1 }, { indexed: 11 }],
    [
      "deleted since",
      { looks: [{ indexed: 0, outside: 1 }], keptSinceMs: (HOUR + 1) * HOUR_MS },
      { indexed: 0, outside: 10 },
    ],
  ])("fits: %s", async (_, asked, expected) => {
    const { hours, differences, waits } = await look(asked);
    expect(differences).toEqual([]);
    expect(hours.get(HOUR)).toMatchObject(expected);
    expect(waits).toBe(0);
  });

  it("fits where what is missing waits, up to the lines that do", async () => {
    const store = await waitingLines(3);
    const fits = await look({ store, looks: [{ indexed: 8, outside: 0 }] });
    expect([fits.hours.get(HOUR), fits.differences]).toEqual([{ indexed: 8, outside: 0, notYet: 2 }, []]);
    const lacks = await look({ store, looks: [{ indexed: 6, outside: 0 }] });
    expect(lacks.differences).toMatchObject([{ hour: "2020-12-22T09:00:00Z", found: 6, expected: 7 }]);
  });

  it.each([
    ["too few", { indexed: 9, outside: 0 }, 10],
    ["too many", { indexed: 10, outside: 1 }, 9],
    ["too few, and its index is kept for an hour more", { indexed: 9, outside: 0 }, 10],
  ])("does not fit: %s", async (_, found, expected) => {
    const { differences } = await look({
      looks: [found],
      keptSinceMs: (HOUR + 1) * HOUR_MS - (found.outside === 0 ? 1 : 0),
    });
    expect(differences).toMatchObject([
      { stream: "local", found: found.indexed, expected },
      { object: "vault/x", row: 0, id: "aa", what: "has no document" },
    ]);
  });

  it("is looked at again: what was just indexed is not found at once", async () => {
    const { differences, waits } = await look({
      looks: [
        { indexed: 4, outside: 0 },
        { indexed: 9, outside: 0 },
        { indexed: 10, outside: 0 },
      ],
    });
    expect([differences, waits]).toEqual([[], 2]);
  });
});
