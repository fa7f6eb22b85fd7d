/**
 * Goal: work on many things is done for each of them once, and where it fails nothing goes on that nobody waits for.
 * Method: pieces of work that each end when the test says so.
 */
import { describe, expect, it } from "vitest";
import { inParallel } from "../../src/core/in-parallel.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("work in parallel", () => {
  it("is so many pieces at a time, each item once, with results in the order of the items", async () => {
    let underWay = 0;
    let most = 0;
    const items = Array.from({ length: 10 }, (_, n) => n);
    const results = await inParallel(items, 3, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      // Those that began later end first.
      for (let turns = 10 - item; turns > 0; turns -= 1) await turn();
      underWay -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBe(3);
  });

  it("begins nothing further once a piece has failed, and rejects when those under way have ended", async () => {
    const begun: number[] = [];
    const pieces = Array.from({ length: 100 }, () => Promise.withResolvers<void>());
    let ended: unknown = null;
    const all = inParallel(pieces, 4, async ({ promise }) => {
      begun.push(begun.length);
      await promise;
    }).catch((error: unknown) => {
      ended = error;
    });
    pieces[2]?.reject(new Error("first"));
    await turn();
    expect(ended).toBe(null);
    pieces[0]?.resolve();
    await turn();
    pieces[3]?.reject(new Error("second"));
    await turn();
    expect(ended).toBe(null);
    for (const { resolve } of pieces) resolve();
    await all;
    expect(ended).toEqual(new Error("first"));
    expect(begun).toHaveLength(4);
  });

  it("rejects likewise where a piece throws before it waits for anything", async () => {
    let begun = 0;
    const all = inParallel([1, 2, 3, 4, 5, 6], 2, () => {
      begun += 1;
      throw new Error("at once");
    });
    await expect(all).rejects.toThrow("at once");
    expect(begun).toBe(1);
  });
});
