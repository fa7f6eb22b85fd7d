/** Goal: a commit makes one object that holds every pending line, or fails. Method: on a store in memory, and on one that refuses. */
import { describe, expect, it } from "vitest";
import { eachLine, openWalObject } from "../../src/archive/wal-reader.ts";
import { createWalWriter } from "../../src/archive/wal-writer.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { walObjects } from "./sample-archive.ts";

const CLOCK = { nowMs: () => Date.UTC(2021, 0, 2, 3) };

const NO_LIMITS = { maxLines: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

function writerOn(store: ObjectStore, limits = NO_LIMITS) {
  return createWalWriter({ store, stream: "local", writer: "aa", clock: CLOCK, limits });
}

async function archivedLines(store: ObjectStore): Promise<string[]> {
  const lines: string[] = [];
  for (const object of await walObjects(store)) {
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      await eachLine(object, segment, block, (line) =>
        lines.push(`${object.sequence}.${line.row} ${bytesOf(line).toString()}`),
      );
    }
  }
  return lines;
}

describe("a write-ahead log", () => {
  it("writes what is more than one object may hold as several, none of them larger", async () => {
    const lines = Array.from({ length: 25 }, (_, number) => sampleLine(`line ${number}`));
    for (const limits of [
      { ...NO_LIMITS, maxLines: 10 },
      { ...NO_LIMITS, maxBytes: 1000 },
    ]) {
      const store = createMemoryStore();
      const wal = writerOn(store, limits);
      for (const line of lines) wal.append(line);
      expect(wal.pendingLines).toBe(25);
      await wal.commit();
      expect([wal.pendingLines, wal.pendingBytes]).toEqual([0, 0]);
      const objects = await walObjects(store);
      expect(objects.length).toBeGreaterThan(2);
      for (const object of objects) expect((await openWalObject(store, object)).table.rows).toBeLessThanOrEqual(10);
      expect(await archivedLines(store)).toHaveLength(25);
    }
  });

  it("writes each batch as an object of its own, named by day of writing, sequence and hours", async () => {
    const store = createMemoryStore();
    const wal = writerOn(store);
    wal.append(sampleLine("one"));
    wal.append(sampleLine("two", { timeMs: SAMPLE_MS - 3_600_000 }));
    expect(wal.pendingLines).toBe(2);
    expect(wal.pendingBytes).toBeGreaterThan(2 * 'one\n{"id":…'.length);
    await wal.commit();
    expect([wal.pendingLines, wal.pendingBytes]).toEqual([0, 0]);
    wal.append(sampleLine("three", { timeMs: null }));
    await wal.commit();
    const objects = await walObjects(store);
    expect(objects.map(({ name }) => name)).toEqual([
      "wal/local/2021-01-02/aa/00000001.2020122208-2020122209.ndjson.zst",
      "wal/local/2021-01-02/aa/00000002.undated-undated.ndjson.zst",
    ]);
    expect(await archivedLines(store)).toEqual(["1.0 one", "1.1 two", "2.0 three"]);
    const storedBytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(wal.committed).toEqual({ objects: 2, rawBytes: 14, storedBytes });
  });

  it("refuses to take an object that is there already for its own", async () => {
    const store = createMemoryStore();
    const first = writerOn(store);
    first.append(sampleLine("first"));
    await first.commit();
    const second = writerOn(store);
    second.append(sampleLine("other"));
    const error = await second.commit().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IoError);
    expect((error as IoError).message).toContain("00000001.2020122209-2020122209.ndjson.zst");
    expect(second.committed.objects).toBe(0);
    expect(await archivedLines(store)).toEqual(["1.0 first"]);
  });

  it("fails as the store fails, and does not say that it has written", async () => {
    const full = new IoError("full", "create: disk full");
    const store: ObjectStore = { ...createMemoryStore(), create: () => Promise.reject(full) };
    const wal = writerOn(store);
    wal.append(sampleLine("lost"));
    await expect(wal.commit()).rejects.toBe(full);
    expect(wal.committed).toEqual({ objects: 0, rawBytes: 0, storedBytes: 0 });
  });

  it("creates an object once more that was sealed, signed and removed before its reply came", async () => {
    const store = createMemoryStore();
    let isRemoved = false;
    const wal = writerOn({
      ...store,
      async create(name, bytes) {
        if (isRemoved) return store.create(name, bytes);
        await store.create(name, bytes);
        // As for a request whose answer is lost, and that is sent again.
        const outcome = await store.create(name, bytes);
        await store.remove(name);
        isRemoved = true;
        return outcome;
      },
    });
    wal.append(sampleLine("one"));
    expect(await wal.commit()).toHaveLength(1);
    expect(await archivedLines(store)).toEqual(["1.0 one"]);
  });
});
