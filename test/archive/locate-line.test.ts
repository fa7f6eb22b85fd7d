/**
 * Goal: an id gives its line, and all variants of it, whatever look-ups say and however many of them are missing; and of a
 * whole archive hardly anything is read for it.
 * Method: properties over histories of an archive against a plain list of its lines; look-ups that are missing, damaged,
 * of another segment, or that lie; what is read is counted.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCountingStore } from "../../src/archive/counting-store.ts";
import { locateLine } from "../../src/archive/locate-line.ts";
import { lookupName } from "../../src/archive/lookup/lookup-name.ts";
import { standsBefore } from "../../src/archive/manifest.ts";
import { openOutput } from "../../src/archive/vault-reader.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, KIB } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import {
  bytesOfObject,
  keepingLookups,
  lookUpAll,
  lyingLookup,
  onlyOutput,
  storeWith,
} from "./lookup/sample-lookups.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { arbitraryHistory, archiveAfter, type History } from "./sample-history.ts";
import { sealAll, storeWithout } from "./sample-vault.ts";
import { POOL, seal } from "./seal/sealing.ts";

const ABSENT = "0006d179".padEnd(32, "7");

/** Hash and log of the variants of each id, in the order in which they stand. */
function variantsOf(lines: readonly Line[]): Map<string, string[]> {
  const byId = Map.groupBy(lines, ({ id }) => id);
  return new Map(
    [...byId].map(([id, ofId]) => {
      const once = new Map(ofId.map((line) => [line.hash + line.log, line]));
      const inOrder = [...once.values()].toSorted((a, b) => (standsBefore(id, a, b) ? -1 : 1));
      return [id, inOrder.map(({ hash, log }) => `${hash} ${log}`)];
    }),
  );
}

function linesOf({ deeds }: History): Line[] {
  return deeds.flatMap((deed) => ("put" in deed ? deed.put : []));
}

async function located(store: ObjectStore, id: string): Promise<string[]> {
  const { variants } = await locateLine(store, id);
  for (const { line } of variants) expect(line.meta.id).toBe(id);
  return variants.map(({ hash, line }) => `${hash} ${line.meta.log}`);
}

/** A store without what is in its write-ahead log. */
async function withoutWal(store: ObjectStore): Promise<ObjectStore> {
  return storeWithout(store, new Set((await walObjects(store)).map(({ name }) => name)));
}

/** Lines of three hours in segments of several blocks, sealed with look-ups; nothing is left of the write-ahead log. */
async function sealedArchive(lines: readonly Line[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  await putObject(store, lines, {});
  await seal(store, { spanHours: 1, observer: keepingLookups(store) });
  return withoutWal(store);
}

const LARGE = Array.from({ length: 24 }, (_, n) =>
  sampleLine(`${n} `.padEnd(100 * KIB, String.fromCharCode(97 + (n % 7))), { timeMs: SAMPLE_MS + (n % 3) * HOUR_MS }),
);

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

  it("gives every line of every lane, and every conflict, of what a seal leaves", async () => {
    const store = await sealedArchive(POOL);
    for (const [id, hashes] of variantsOf(POOL)) expect(await located(store, id)).toEqual(hashes);
  });

  it.each([1, 6, 24] as const)(
    "gives a line of every hour of a day that is sealed in spans of %i hours",
    async (hours) => {
      const midnightMs = Math.floor(SAMPLE_MS / DAY_MS) * DAY_MS;
      const lines = Array.from({ length: 24 }, (_, hour) =>
        sampleLine(`${hour}`, { timeMs: midnightMs + hour * HOUR_MS }),
      );
      const store = createMemoryStore();
      await putObject(store, lines, {});
      await seal(store, { spanHours: hours });
      const sealed = await withoutWal(store);
      for (const { id } of lines) expect(await located(sealed, id)).toHaveLength(1);
    },
  );

  it("refuses what is no id", async () => {
    for (const id of ["", "0006D179".padEnd(32, "7"), ABSENT.slice(1), "ffffffff".padEnd(32, "0")]) {
      await expect(locateLine(createMemoryStore(), id)).rejects.toThrow(`find line "${id}": not the id of a line`);
    }
  });

  it("reads three objects in eight reads for a line that proves itself, and its manifest for another one", async () => {
    const byPlace = sampleLine("no record", { lane: "quarantine", reason: "not_json" });
    const sealed = await sealedArchive([...LARGE, byPlace]);
    for (const [line, objects] of [
      [LARGE[7] ?? byPlace, 3],
      [byPlace, 4],
    ] as const) {
      const { store, cost } = createCountingStore(sealed);
      expect(await located(store, line.id)).toHaveLength(1);
      expect(cost().objects).toBe(objects);
      expect(cost().reads).toBeLessThanOrEqual(8);
    }
  });

  it("lists the names of its day only", async () => {
    const days = [0, DAY_MS, 40 * DAY_MS].map((ms) => sampleLine(`at ${ms}`, { timeMs: SAMPLE_MS + ms }));
    const sealed = await sealedArchive(days);
    const listed: string[] = [];
    const watched: ObjectStore = {
      ...sealed,
      async *list(prefix) {
        for await (const object of sealed.list(prefix)) {
          listed.push(object.name);
          yield object;
        }
      },
    };
    expect(await located(watched, days[1]?.id ?? "")).toHaveLength(1);
    // Lines, meta and manifest.
    expect(listed.map((name) => name.slice(0, 25))).toEqual(Array(3).fill("vault/v1/local/2020-12-23"));
  });

  it("says in one line that a look-up is missing, and what writes it again", async () => {
    const sealed = await sealedArchive(LARGE);
    const line = LARGE[0] ?? sampleLine("");
    const name = lookupName((await onlyOutput(sealed)).lines.name);
    const { variants, remarks } = await locateLine(storeWithout(sealed, new Set([name])), line.id);
    expect(variants).toHaveLength(1);
    expect(remarks).toEqual([
      `a segment was read without a look-up: "${name}" is missing (hint: "logtally archive index" writes look-ups again)`,
    ]);
  });
});

describe("a look-up that cannot be believed hides no line and invents none:", () => {
  it("damaged at any byte", async () => {
    const lines = Array.from({ length: 6 }, (_, n) => sampleLine(`line ${n}`));
    const store = await sealedArchive(lines);
    const name = lookupName((await onlyOutput(store)).lines.name);
    const bytes = await bytesOfObject(store, name);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const line = lines[at % lines.length] ?? sampleLine("");
      expect(await located(storeWith(store, name, damaged), line.id)).toEqual([`${line.hash} ${line.log}`]);
    }
  });

  it("cut anywhere", async () => {
    const line = sampleLine("line");
    const store = await sealedArchive([line]);
    const name = lookupName((await onlyOutput(store)).lines.name);
    const bytes = await bytesOfObject(store, name);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(await located(storeWith(store, name, bytes.subarray(0, end)), line.id)).toHaveLength(1);
    }
  });

  it("of another segment that had its name", async () => {
    const [one, other] = [sampleLine("one"), sampleLine("other")];
    const [store, another] = [await sealedArchive([one]), await sealedArchive([other])];
    const name = lookupName((await onlyOutput(store)).lines.name);
    const stale = storeWith(store, name, await bytesOfObject(another, name));
    expect(await located(stale, one.id)).toHaveLength(1);
    expect(await located(stale, other.id)).toEqual([]);
  });

  it("naming other blocks, or none", async () => {
    const hour = LARGE.map((line) => sampleLine(line.buffer.subarray(1)));
    const store = await sealedArchive(hour);
    const blocks = (await openOutput(store, await onlyOutput(store))).blocks.length;
    expect(blocks).toBeGreaterThan(1);
    for (const blockOf of [(block: number) => (block + 1) % blocks, () => -1]) {
      const liar = await lyingLookup(store, blockOf);
      for (const line of hour) expect(await located(liar, line.id)).toEqual([`${line.hash} ${line.log}`]);
      const { remarks } = await locateLine(liar, hour[0]?.id ?? "");
      expect(remarks).toEqual([expect.stringContaining("does not name a line that is there")]);
    }
  });

  it("hiding the variant that stands, of which a manifest knows", async () => {
    const first = sampleLine("a".repeat(700 * KIB), { lane: "quarantine", reason: "not_json" });
    const second = sampleLine("b".repeat(700 * KIB), { id: first.id, lane: "quarantine", reason: "not_json" });
    const store = await sealedArchive([first, second]);
    for (const hidden of [0, 1]) {
      const liar = await lyingLookup(store, (block) => (block === hidden ? -1 : block));
      expect(await located(liar, first.id)).toEqual(variantsOf([first, second]).get(first.id));
    }
  });
});

describe("lines that are not sealed", () => {
  it("are found beside those that are", async () => {
    const store = createMemoryStore();
    const [sealed, late] = [sampleLine("sealed"), sampleLine("late")];
    await putObject(store, [sealed], {});
    await sealAll(store, await walObjects(store));
    await lookUpAll(store);
    await putObject(store, [late, sampleLine("other bytes", { id: sealed.id })], { sequence: 2 });
    expect(await located(store, late.id)).toHaveLength(1);
    expect(await located(store, sealed.id)).toHaveLength(2);
  });
});
