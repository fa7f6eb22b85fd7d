/**
 * Goal: an object gives the lines, places and fingerprints of a file with the same bytes; one that is not what was
 * listed is an error.
 * Method: each content as a file and as an object of a store in memory, in blocks of several sizes.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createFileSource, createStoredSource } from "../../src/backends/files/file-source.ts";
import { storedObject } from "../../src/backends/files/stored-object.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Source } from "../../src/core/delivery.ts";
import { tempFolder } from "./temp-folder.ts";

const TEXT = Array.from({ length: 40_000 }, (_, n) => `{"line":${n},"text":"${"x".repeat(n % 60)}"}\n`).join("");
const URL = "gs://a-bucket/o";

/** Everything that is delivered, as one text for each payload that other cuts would not change. */
async function readAll(source: Source): Promise<string[]> {
  const read: string[] = [];
  let [end, last] = [-1, ""];
  for await (const { payload } of source.deliveries(new AbortController().signal)) {
    if (payload.kind === "message") throw new TypeError("objects hold no messages");
    const text = payload.buffer.toString("latin1", payload.start, payload.end);
    const kind = `${payload.kind} ${payload.fingerprint}`;
    if (payload.offset === end && kind === last) read.push(`${read.pop() ?? ""}${text}`);
    else read.push(`${kind} ${payload.offset} ${text}`);
    end = payload.offset + text.length;
    last = kind;
  }
  return read;
}

async function readObject(name: string, content: Uint8Array, blockBytes: number): Promise<string[]> {
  const store = createMemoryStore();
  await store.create("o", content);
  const object = storedObject(store, { name: "o", sizeBytes: content.length }, `gs://a-bucket/${name}`, blockBytes);
  return readAll(
    createStoredSource(
      () => [object],
      () => undefined,
    ),
  );
}

describe("an object", () => {
  it.each([
    ["a.json", Buffer.from(TEXT)],
    ["a.json.gz", gzipSync(TEXT)],
    ["a.json.zst", zstdCompressSync(TEXT)],
    ["cut.gz", gzipSync(TEXT).subarray(0, -100)],
    ["no-end.json", Buffer.from("\n\none\ntwo")],
    ["empty.json", Buffer.alloc(0)],
  ])("gives what a file gives: %s", async (name, content) => {
    const path = join(await tempFolder(), name);
    await writeFile(path, content);
    const expected = await readAll(createFileSource([path], () => undefined));
    expect(expected.length).toBe(name === "empty.json" ? 0 : name === "cut.gz" ? 2 : 1);
    // How much of a broken one decompresses depends on how its bytes come.
    const blocks = name === "cut.gz" ? [2 ** 22] : [1000, 99_999, 2 ** 22];
    for (const blockBytes of blocks) expect(await readObject(name, content, blockBytes)).toEqual(expected);
  });

  it.each([1, 2 ** 20])("that is shorter than it was listed is an error, in blocks of %d", async (blockBytes) => {
    const store = createMemoryStore();
    await store.create("o", Buffer.from("one\ntwo\n"));
    const object = storedObject(store, { name: "o", sizeBytes: 9 }, URL, blockBytes);
    await expect(
      readAll(
        createStoredSource(
          () => [object],
          () => undefined,
        ),
      ),
    ).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringMatching(/^read "gs:\/\/a-bucket\/o": .*listed with 9 in all \(hint: /),
    });
  });

  it("that has gone since is an error", async () => {
    const object = storedObject(createMemoryStore(), { name: "o", sizeBytes: 9 }, URL);
    await expect(
      readAll(
        createStoredSource(
          () => [object],
          () => undefined,
        ),
      ),
    ).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
