/**
 * Goal: each object is in the index, or marked to be indexed later; while the index is away nobody waits for it.
 * Method: an index and markers that do what the test says; what happened is read from one trace.
 */
import { describe, expect, it } from "vitest";
import { IoError } from "../../src/core/fault.ts";
import type { IndexMarkers } from "../../src/core/index-markers.ts";
import type { CommittedObject } from "../../src/core/line-log.ts";
import { createSpillingIndex, type SpillingIndex } from "../../src/engine/spilling-index.ts";

const AWAY = new IoError("unavailable", 'index into "cluster": no answer in time');

interface Stage {
  readonly trace: readonly string[];
  readonly told: readonly string[];
  readonly index: SpillingIndex;
  /** What the index, or the markers, fail with from now on. */
  readonly failWith: (what: { readonly index?: Error | null; readonly mark?: Error | null }) => void;
}

function stage(): Stage {
  const trace: string[] = [];
  const told: string[] = [];
  const failures: { index?: Error | null; mark?: Error | null } = {};
  const markers: IndexMarkers = {
    async *waiting() {
      yield* [];
    },
    isDone: () => Promise.resolve(false),
    isWaiting: () => Promise.resolve(true),
    finish: () => Promise.resolve(),
    async mark(object) {
      if (failures.mark) throw failures.mark;
      trace.push(`mark ${object}`);
    },
  };
  const index = createSpillingIndex({
    async index({ name }) {
      trace.push(`index ${name}`);
      await Promise.resolve();
      if (failures.index) throw failures.index;
      trace.push(`indexed ${name}`);
    },
    markers,
    onChange: (message) => told.push(message),
    onTrouble: (message) => told.push(message),
  });
  return { trace, told, index, failWith: (what) => Object.assign(failures, what) };
}

const objects = (...names: readonly string[]): CommittedObject[] =>
  names.map((name) => ({ name, bytes: Buffer.alloc(0), rows: 1 }));

describe("objects", () => {
  it("are indexed one after the other, and marked by nobody", async () => {
    const { index, trace, told } = stage();
    await index.add(objects("a", "b"));
    expect(trace).toEqual(["index a", "indexed a", "index b", "indexed b"]);
    expect([index.spilled, told]).toEqual([0, []]);
  });

  it("are marked from the one on at which the index was given up, and nobody tries it meanwhile", async () => {
    const { index, trace, told, failWith } = stage();
    await index.add(objects("a"));
    failWith({ index: AWAY });
    await index.add(objects("b", "c"));
    await index.add(objects("d"));
    expect(trace.slice(2)).toEqual(["index b", "mark b", "mark c", "mark d"]);
    expect(index.spilled).toBe(3);
    expect(told).toEqual([`${AWAY.message}; what comes now waits in the archive to be indexed`]);
  });

  it("go to the index again once it was reached, and are marked again where it goes away again", async () => {
    const { index, trace, told, failWith } = stage();
    failWith({ index: AWAY });
    await index.add(objects("a"));
    failWith({ index: null });
    index.resume();
    index.resume();
    await index.add(objects("b"));
    failWith({ index: AWAY });
    await index.add(objects("c"));
    expect(trace).toEqual(["index a", "mark a", "index b", "indexed b", "index c", "mark c"]);
    expect(index.spilled).toBe(2);
    expect(told.map((message) => message.split(";")[0])).toEqual([AWAY.message, "the index is back", AWAY.message]);
  });

  it("that come while one fails are marked too, and that is told once", async () => {
    const { index, trace, told, failWith } = stage();
    failWith({ index: AWAY });
    await Promise.all([index.add(objects("a")), index.add(objects("b"))]);
    expect(trace.filter((step) => step.startsWith("mark")).sort()).toEqual(["mark a", "mark b"]);
    expect(told).toHaveLength(1);
  });

  it("that can be neither indexed nor marked fail", async () => {
    const { index, failWith } = stage();
    const full = new IoError("full", "create: disk full");
    failWith({ index: AWAY, mark: full });
    await expect(index.add(objects("a", "b"))).rejects.toBe(full);
    expect(index.spilled).toBe(0);
  });

  it("that the index does not take as they are are marked alone, and the next ones are tried", async () => {
    const { index, trace, told, failWith } = stage();
    failWith({ index: new IoError("denied", "index into: read-only") });
    await index.add(objects("a"));
    failWith({ index: null });
    await index.add(objects("b"));
    expect(trace).toEqual(["index a", "mark a", "index b", "indexed b"]);
    expect([index.spilled, index.isAway]).toEqual([1, false]);
    expect(told).toEqual(["index into: read-only; what it does not take waits in the archive"]);
  });

  it("fail with a bug, which is no index that is away", async () => {
    const { index, trace, failWith } = stage();
    const bug = new TypeError("x is not a function");
    failWith({ index: bug });
    await expect(index.add(objects("a"))).rejects.toBe(bug);
    expect(trace).toEqual(["index a"]);
  });
});
