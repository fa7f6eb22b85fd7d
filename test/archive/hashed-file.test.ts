/**
 * Goal: whoever reads a segment block by block gets its bytes and its hash, and asks the store in large pieces only.
 * Method: ranges of a file of random bytes in memory, in the order in which segments are read; requests are counted.
 */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { hashedFile } from "../../src/archive/audit/hashed-file.ts";
import { storedObject } from "../../src/archive/stored-bytes.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { MIB } from "../../src/core/units.ts";
import { randomOf } from "../random.ts";

const NAME = "vault/v1/local/2020-12-22/09/000001-10001.ndjson.zst";

it.each([
  ["all of it", 1],
  ["a part of it", 0.4],
  ["nothing but its end", 0],
])("has the hash of the whole object where %s was read, in few requests", async (_what, part) => {
  const random = randomOf(7);
  const bytes = Buffer.from(Uint8Array.from({ length: 9 * MIB + 123 }, () => Math.floor(random() * 256)));
  const store = createMemoryStore();
  await store.create(NAME, bytes);
  let requests = 0;
  const read: typeof store.read = (...range) => {
    requests += 1;
    return store.read(...range);
  };
  const file = hashedFile({ ...store, read }, storedObject(NAME, bytes));
  expect((await file.read(bytes.length - 100, bytes.length)).equals(bytes.subarray(-100))).toBe(true);
  for (let start = 0; start < bytes.length * part; ) {
    const end = Math.min(start + Math.ceil(random() * 200_000), bytes.length);
    expect((await file.read(start, end)).equals(bytes.subarray(start, end))).toBe(true);
    start = end;
  }
  expect(await file.digest()).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(requests).toBeLessThan(8);
});
