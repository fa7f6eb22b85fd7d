/**
 * Goal: a look at the newest lines sees the newest ones, some of every part of an object, no more than it may, and says
 * whether it has seen all.
 * Method: objects of blocks of known lines, in the write-ahead log and in the vault, under every limit.
 */
import { describe, expect, it } from "vitest";
import { vaultLines, walLines } from "../../src/archive/line-object.ts";
import { eachNewestLine, type LookLimits } from "../../src/archive/newest-lines.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { putPlan } from "./sample-vault.ts";

const HOUR = hourOf(SAMPLE_MS);
const NO_LIMITS: LookLimits = { blocks: 100, blocksOfObject: 100, lines: 1000, beforeHour: HOUR + 100 };

/** Lines of that hour; each is a block by itself. */
function blocksOf(name: string, count: number, hour = 0): Line[] {
  return Array.from({ length: count }, (_, n) =>
    sampleLine(`${name}${n}`.padEnd(700 * KIB), { timeMs: SAMPLE_MS + hour * HOUR_MS + n }),
  );
}

async function archiveOf(objects: readonly (readonly Line[])[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  for (const [index, lines] of objects.entries()) await putObject(store, lines, { sequence: index + 1 });
  return store;
}

async function lookAt(store: ObjectStore, limits: Partial<LookLimits> = {}) {
  const seen: string[] = [];
  const objects = (await walObjects(store)).map((object) => walLines(store, object));
  const looked = await eachNewestLine(objects, { ...NO_LIMITS, ...limits }, ({ buffer, start }) => {
    seen.push(buffer.toString("utf8", start, start + 2));
  });
  return { seen: seen.join(" "), ...looked };
}

describe("a look at the newest lines", () => {
  it("begins with the newest object, and says when it has seen all", async () => {
    const store = await archiveOf([blocksOf("a", 2), blocksOf("b", 1, 5), blocksOf("c", 1, 3)]);
    expect(await lookAt(store)).toEqual({ seen: "b0 c0 a0 a1", lines: 4, objects: 3, isAll: true });
    expect(await lookAt(store, { blocks: 2 })).toEqual({ seen: "b0 c0", lines: 2, objects: 2, isAll: false });
    expect(await lookAt(store, { blocks: 3 })).toEqual({ seen: "b0 c0 a0", lines: 3, objects: 3, isAll: false });
    expect(await lookAt(store, { lines: 1 })).toEqual({ seen: "b0", lines: 1, objects: 1, isAll: false });
    expect(await lookAt(store, { blocks: 4 })).toMatchObject({ lines: 4, isAll: true });
  });

  it("looks at the newest of every writer before a second of any", async () => {
    const store = createMemoryStore();
    for (const [name, writer, sequence, hour] of [
      ["a", "aa", 1, 0],
      ["b", "bb", 1, 0],
      ["c", "bb", 2, 0],
      ["d", "bb", 3, 0],
      ["e", "cc", 1, -5],
    ] as const) {
      await putObject(store, blocksOf(name, 1, hour), { writer, sequence });
    }
    expect(await lookAt(store)).toMatchObject({ seen: "d0 a0 c0 b0 e0" });
    expect(await lookAt(store, { blocks: 2 })).toMatchObject({ seen: "d0 a0" });
  });

  it("takes blocks from the whole of an object", async () => {
    const store = await archiveOf([blocksOf("a", 9)]);
    expect(await lookAt(store, { blocksOfObject: 3 })).toEqual({
      seen: "a0 a3 a6",
      lines: 3,
      objects: 1,
      isAll: false,
    });
    expect(await lookAt(store, { blocksOfObject: 9 })).toMatchObject({ lines: 9, isAll: true });
  });

  it("passes over what is filed later than it is asked for", async () => {
    const mixed = [...blocksOf("a", 1), ...blocksOf("b", 1, 5)];
    const store = await archiveOf([mixed, blocksOf("c", 1, 6)]);
    expect(await lookAt(store, { beforeHour: HOUR + 5 })).toEqual({ seen: "a0", lines: 1, objects: 1, isAll: true });
    expect(await lookAt(store, { beforeHour: HOUR + 6 })).toMatchObject({ seen: "a0 b0" });
    expect(await lookAt(store, { beforeHour: HOUR })).toEqual({ seen: "", lines: 0, objects: 0, isAll: true });
  });

  it("sees what is sealed in the vault, and of a write-ahead object only what is not", async () => {
    const store = await archiveOf([[...blocksOf("a", 1), ...blocksOf("b", 1, 5)]]);
    const [object] = await walObjects(store);
    if (object === undefined) throw new Error("there is no object");
    const plan = await putPlan(store, spanOfHour("local", HOUR, 1), [object]);
    const objects = [...vaultLines(store, plan), walLines(store, object, [HOUR + 5])];
    const seen: string[] = [];
    const looked = await eachNewestLine(objects, NO_LIMITS, ({ object: name }) => seen.push(name.split("/")[0] ?? ""));
    expect(looked).toEqual({ lines: 2, objects: 2, isAll: true });
    expect(seen).toEqual(["wal", "vault"]);
  });
});
