/**
 * Goal: the oldest and the newest hour of an archive are those of its lines, and finding them takes no longer with more
 * days in between.
 * Method: a property over histories that are really sealed, against all lines one by one; the borders by hand.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { borderHours } from "../../src/archive/border-hours.ts";
import { createCountingStore } from "../../src/archive/counting-store.ts";
import { listStreams } from "../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { storeWithout } from "./sample-vault.ts";
import { seal } from "./seal/sealing.ts";

const HOUR = hourOf(SAMPLE_MS);
const LATE = HOUR + 100_000;

function lineAt(hour: number | null): Line {
  return sampleLine(`line of ${hour}`, { timeMs: hour === null ? null : hour * HOUR_MS });
}

/** As after sealing, signing and gc. */
async function sealedOnly(store: ObjectStore): Promise<ObjectStore> {
  const objects = await Promise.all((await listStreams(store)).map((stream) => walObjects(store, stream)));
  return storeWithout(store, new Set(objects.flat().map(({ name }) => name)));
}

async function sealedHours(spanHours: 1 | 6 | 24, hours: readonly (number | null)[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  await putObject(store, hours.map(lineAt), {});
  await seal(store, { spanHours });
  return sealedOnly(store);
}

describe("border hours", () => {
  it("are those of the lines, sealed or not", async () => {
    const hour = fc.integer({ min: 0, max: 60 });
    const anyHour = fc.option(hour, { nil: null });
    const early = fc.array(anyHour, { minLength: 1, maxLength: 8 });
    const history = fc.record({
      first: early,
      second: early,
      streamOfSecond: fc.constantFrom("local", "other"),
      // What is not sealed has no hour in between those of its name.
      unsealed: fc.array(fc.array(anyHour, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
      spanHours: fc.constantFrom(1 as const, 6 as const, 24 as const),
      ahead: fc.integer({ min: -1, max: 61 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ first, second, streamOfSecond, unsealed, spanHours, ahead }) => {
        const store = createMemoryStore();
        const objects = [first, second, ...unsealed];
        const sealed = new Set<string>();
        for (const [at, each] of objects.entries()) {
          const stream = at === 1 ? streamOfSecond : "local";
          const lines = each.map((hourAhead) => lineAt(hourAhead === null ? null : HOUR + hourAhead));
          const name = await putObject(store, lines, { sequence: at + 1, stream });
          if (at >= 2) continue;
          await seal(store, { spanHours, stream });
          sealed.add(name);
        }
        const wanted = objects.flat().flatMap((each) => (each === null || each > ahead ? [] : [HOUR + each]));
        const expected = wanted.length === 0 ? null : { first: Math.min(...wanted), last: Math.max(...wanted) };
        expect(await borderHours(storeWithout(store, sealed), HOUR + ahead)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("are none of an archive that is empty, or has lines without time only", async () => {
    expect(await borderHours(createMemoryStore(), LATE)).toBeNull();
    expect(await borderHours(await sealedHours(1, [null]), LATE)).toBeNull();
  });

  it("pass over days whose folders are left without a plan", async () => {
    const store = await sealedHours(1, [HOUR, HOUR + 48, HOUR + 96]);
    const names = (await Array.fromAsync(store.list("vault/v1/"))).map(({ name }) => name);
    const dayOf = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 10);
    const isOfBorder = (name: string): boolean => [HOUR, HOUR + 96].some((hour) => name.includes(dayOf(hour)));
    const emptied = storeWithout(store, new Set(names.filter(isOfBorder)));
    expect(await borderHours(emptied, LATE)).toEqual({ first: HOUR + 48, last: HOUR + 48 });
  });

  it("open two manifests, and list neither a day in between nor what has no time", async () => {
    const hours = Array.from({ length: 30 }, (_, day) => HOUR + day * 24);
    const { store, cost } = createCountingStore(await sealedHours(1, [null, ...hours]));
    const listed: string[] = [];
    const watched: ObjectStore = {
      ...store,
      list(prefix) {
        listed.push(prefix);
        return store.list(prefix);
      },
    };
    expect(await borderHours(watched, LATE)).toEqual({ first: HOUR, last: HOUR + 29 * 24 });
    expect(cost().objects).toBe(2);
    const days = [0, 29].map((day) => new Date(SAMPLE_MS + day * DAY_MS).toISOString().slice(0, 10));
    expect(listed.filter((prefix) => prefix !== "wal/")).toEqual(days.map((day) => `vault/v1/local/${day}/`));
  });

  it("are of lines alone: a plan that found only repeats has none", async () => {
    const store = createMemoryStore();
    await putObject(store, [lineAt(HOUR)], { sequence: 1 });
    await seal(store, { spanHours: 1 });
    await putObject(store, [lineAt(HOUR)], { sequence: 2 });
    await seal(store, { spanHours: 1 });
    const records = (await Array.fromAsync(store.list("ctl/seal/"))).length;
    expect(records).toBe(1);
    expect(await borderHours(await sealedOnly(store), LATE)).toEqual({ first: HOUR, last: HOUR });
  });
});
