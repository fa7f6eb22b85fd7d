/**
 * Goal: a look around a moment finds the lines of a log of that time wherever they lie, and reads no more than it may.
 * Method: objects of blocks of known lines by two writers, whose times do not follow the order of arrival.
 */
import { describe, expect, it } from "vitest";
import { walLines } from "../../src/archive/line-object.ts";
import { type AroundLimits, eachLineAround } from "../../src/archive/lines-around.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB, SECOND_MS } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";

const LIMITS: AroundLimits = { metaBlocks: 100, blocks: 100, reachMs: 30 * SECOND_MS };

/** A line that is a block by itself, so many seconds later. */
function blockOf(name: string, seconds: number, log = "rails.api"): Line {
  return sampleLine(name.padEnd(700 * KIB), { timeMs: SAMPLE_MS + seconds * SECOND_MS, log });
}

async function archiveOf(...writers: readonly (readonly Line[])[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  for (const [index, lines] of writers.entries()) await putObject(store, lines, { writer: `a${index}` });
  return store;
}

async function lookAround(store: ObjectStore, seconds: number, limits: Partial<AroundLimits> = {}) {
  const seen: string[] = [];
  const objects = (await walObjects(store)).map((object) => walLines(store, object));
  const moment = { log: "rails.api", timeMs: SAMPLE_MS + seconds * SECOND_MS };
  await eachLineAround(objects, moment, { ...LIMITS, ...limits }, ({ buffer, start }) => {
    seen.push(buffer.toString("utf8", start, start + 2));
  });
  return seen.join(" ");
}

describe("a look around a moment", () => {
  const first = [blockOf("a0", 0), blockOf("a1", 300), blockOf("a2", 600)];
  const second = [blockOf("b0", 604), blockOf("b1", 0), blockOf("b2", 301), blockOf("b3", 300, "sidekiq")];

  it("finds the lines of that time in every object, the nearest first, and none of other logs", async () => {
    const store = await archiveOf(first, second);
    expect(await lookAround(store, 300)).toBe("a1 b2");
    expect(await lookAround(store, 602.5)).toBe("b0 a2");
    expect(await lookAround(store, 150)).toBe("");
  });

  it("reads no more blocks than it may", async () => {
    const store = await archiveOf(first, second);
    expect(await lookAround(store, 300, { blocks: 1 })).toBe("a1");
    expect(await lookAround(store, 300, { metaBlocks: 4 })).toBe("b2");
    expect(await lookAround(store, 300, { metaBlocks: 6 })).toBe("a1 b2");
  });

  it("opens no object of other hours", async () => {
    const store = await archiveOf(first, [blockOf("c0", HOUR_MS / SECOND_MS)]);
    const opened: string[] = [];
    const objects = (await walObjects(store)).map((object) => ({
      ...walLines(store, object),
      open: () => {
        opened.push(object.writer);
        return walLines(store, object).open();
      },
    }));
    await eachLineAround(objects, { log: "rails.api", timeMs: SAMPLE_MS }, LIMITS, () => undefined);
    expect(opened).toEqual(["a0"]);
  });
});
