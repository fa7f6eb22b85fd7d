/**
 * Goal: of a large hour hardly anything is read to prove a line, and look-ups decide nothing: with look-ups that are
 * missing or lie the proof is the same.
 * Method: archives in memory with look-ups, whole, missing and lying; what is read is counted.
 */
import { describe, expect, it } from "vitest";
import { signStream } from "../../src/archive/digest/sign.ts";
import { proveLine } from "../../src/archive/proof/prove-line.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { KIB } from "../../src/core/units.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { keepingLookups, lookUpAll, lyingLookup } from "./lookup/sample-lookups.ts";
import { provedLine } from "./proof-archive.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { newKey, signing } from "./sample-signing.ts";
import { sealAll, storeWithout } from "./sample-vault.ts";
import { seal } from "./seal/sealing.ts";

const WANTED = { stream: null, preferred: "local", variant: null };

/** Proves the line that stands; gives what is told, and the segments that were opened. */
async function proved(store: ObjectStore, { id }: Pick<Line, "id">) {
  const read = new Set<string>();
  const remarks: string[] = [];
  const watched: ObjectStore = {
    ...store,
    read(name, start, end) {
      if (name.endsWith(".zst")) read.add(name);
      return store.read(name, start, end);
    },
  };
  const outcome = await proveLine(watched, { ...WANTED, id }, (remark) => remarks.push(remark));
  if (outcome.kind !== "proof") throw new Error(outcome.kind);
  return { bytes: outcome.bytes, hash: outcome.proved.hash, variants: outcome.found.variants, remarks, read };
}

/** Lines of one hour in a segment of several blocks, with a look-up, signed. */
async function oneSegment(lines: readonly Line[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  await putObject(store, lines, {});
  await seal(store, { spanHours: 1, observer: keepingLookups(store) });
  await signStream("local", signing(store, newKey()));
  return store;
}

describe("a proof", () => {
  it("takes the files of one segment, and is the same without look-ups", async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 5 }, (_, n) => sampleLine(`${n}`));
    for (const [n, line] of lines.entries()) {
      await putObject(store, [line], { sequence: n + 1 });
      await sealAll(store, await walObjects(store));
    }
    await signStream("local", signing(store, newKey()));
    const lookups = await lookUpAll(store);
    expect(lookups).toHaveLength(lines.length);
    for (const line of lines) {
      const quick = await proved(store, line);
      expect(quick).toMatchObject({ remarks: [], hash: line.hash });
      expect(quick.read.size).toBe(2);
      const slow = await proved(storeWithout(store, new Set(lookups)), line);
      expect(slow.bytes.equals(quick.bytes)).toBe(true);
      expect(slow.read.size).toBeGreaterThan(lines.length);
      expect(slow.remarks).toEqual([expect.stringMatching(/^5 segments were read without a look-up: /)]);
    }
  });

  it("is the same where a look-up hides the line", async () => {
    const lines = Array.from({ length: 3 }, (_, n) => sampleLine(`${n}`.padEnd(700 * KIB, "x")));
    const store = await oneSegment(lines);
    const liar = await lyingLookup(store, () => -1);
    for (const line of lines) {
      const { bytes, remarks } = await proved(liar, line);
      expect(bytes.equals((await provedLine(store, line)).bytes)).toBe(true);
      expect(remarks).toEqual([expect.stringContaining("does not name a line that is there")]);
    }
  });

  it("is of the line that stands where a look-up hides that variant", async () => {
    const first = sampleLine("a".repeat(700 * KIB), { lane: "quarantine", reason: "not_json" });
    const second = sampleLine("b".repeat(700 * KIB), { id: first.id, lane: "quarantine", reason: "not_json" });
    const store = await oneSegment([first, second]);
    const { hash, variants } = await proved(store, first);
    expect(variants).toHaveLength(2);
    for (const hidden of [0, 1]) {
      const liar = await lyingLookup(store, (block) => (block === hidden ? -1 : block));
      expect(await proved(liar, first)).toMatchObject({ hash, variants });
    }
  });
});
