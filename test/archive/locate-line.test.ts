/**
 * Goal: an id gives its line, and all variants of it, whatever look-ups say or however many of them are missing.
 * Method: properties over histories of an archive against a plain list of its lines; look-ups that are missing, damaged at
 * any byte, of another segment, or that lie; what is read is counted.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { locateLine } from "../../src/archive/locate-line.ts";
import { standsBefore } from "../../src/archive/manifest.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { lookUpAll } from "./lookup/sample-lookups.ts";
import { arbitraryHistory, archiveAfter, type History } from "./sample-history.ts";
import { storeWithout } from "./sample-vault.ts";

/** The variants of each id in the order in which they stand, as texts. */
function variantsOf(lines: readonly Line[]): Map<string, string[]> {
  const byId = Map.groupBy(lines, ({ id }) => id);
  return new Map(
    [...byId].map(([id, ofId]) => {
      const once = new Map(ofId.map((line) => [line.hash + line.log, line]));
      return [id, [...once.values()].toSorted((a, b) => (standsBefore(id, a, b) ? -1 : 1)).map(({ hash }) => hash)];
    }),
  );
}

function linesOf({ deeds }: History): Line[] {
  return deeds.flatMap((deed) => ("put" in deed ? deed.put : []));
}

async function located(store: ObjectStore, id: string): Promise<string[]> {
  const { variants } = await locateLine(store, id);
  for (const { line } of variants) expect(line.meta.id).toBe(id);
  return variants.map(({ hash }) => hash);
}

const ABSENT = "0006d2a0".padEnd(32, "7");

describe("locateLine", () => {
  it("gives all variants of every id, the one that stands first", async () => {
    const among = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(["aa", "bb"], ["a", "b"]), among, async (history, kept) => {
        const full = await archiveAfter(history);
        const lookups = await lookUpAll(full);
        const store = storeWithout(full, new Set(lookups.filter((_, index) => kept[index % kept.length] === false)));
        for (const [id, hashes] of variantsOf(linesOf(history))) expect(await located(store, id)).toEqual(hashes);
        expect(await located(store, ABSENT)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
