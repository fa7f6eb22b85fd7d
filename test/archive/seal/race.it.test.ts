/**
 * Goal: any number of sealers at once make one book.
 * Method: a thousand races of two, each call answered at a moment of its own, against an oracle; the seed is in the
 * message of a failure.
 */
import { describe, expect, it } from "vitest";
import { readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { hourOf } from "../../../src/core/hour.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { MINUTE_MS } from "../../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";
import { putObject } from "../sample-archive.ts";
import { figuresOf, summed } from "./figures-oracle.ts";
import { distinctLines, POOL, STREAM, seal, vaultLines } from "./sealing.ts";

/** Answers each call at a random moment, so that calls of two sealers mix in any way. */
function dawdling(store: ObjectStore, random: () => number): ObjectStore {
  const later = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await Promise.resolve();
    const result = await work();
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await Promise.resolve();
    return result;
  };
  return {
    ...store,
    create: (name, content) => later(() => store.create(name, content)),
    read: (name, start, end) => later(() => store.read(name, start, end)),
  };
}

describe("two sealers", { timeout: 5 * MINUTE_MS }, () => {
  it.each([
    ["of one version", {}],
    ["of two versions", { program: "2.0.0" }],
  ])("%s that race, and a third one after, make one book", async (_, makes) => {
    const lines = POOL.filter(({ hour }) => hour === hourOf(SAMPLE_MS)).slice(0, 6);
    const late = [...lines.slice(0, 3), sampleLine("late one"), sampleLine("late two")];
    const expected = figuresOf([...lines, ...late]);
    for (let seed = 1; seed <= 1000; seed += 1) {
      const store = createMemoryStore();
      let state = seed;
      const random = (): number => {
        state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
        return state / 2 ** 31;
      };
      await putObject(store, lines, { sequence: 1 });
      // Lines that come meanwhile are seen by one of them, by both, or by none.
      const coming = putObject(
        dawdling(store, () => 4 * random()),
        late,
        { sequence: 2 },
      );
      const first = seal(dawdling(store, random), { spanHours: 24 });
      const second = seal(dawdling(store, random), { spanHours: 24, makes });
      await Promise.all([coming, first, second]);
      await seal(store, { spanHours: 24 });
      expect(await vaultLines(store), `seed ${seed}`).toEqual(distinctLines([...lines, ...late]));
      expect(summed(await readSealedPlans(store, STREAM)), `seed ${seed}`).toEqual(expected);
    }
  });
});
