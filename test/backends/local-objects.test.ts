/**
 * Goal: a reader of local files gets exactly the bytes that it expects, or hears that they are others, and the copies of
 * objects from elsewhere keep within their limit.
 * Method: objects in a folder and in memory are asked for, damaged, and asked for again.
 */

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createFolderObjects, createObjectCache } from "../../src/backends/files/local-objects.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ExpectedObject } from "../../src/core/local-objects.ts";
import { tempFolder } from "./temp-folder.ts";

let folder = "";
beforeEach(async () => {
  folder = await tempFolder();
});

function expected(name: string, text: string): ExpectedObject {
  return { name, sizeBytes: text.length, sha256: createHash("sha256").update(text).digest("hex") };
}

describe("the objects of a folder", () => {
  it("are its own files, where they are what they should be", async () => {
    await writeFile(join(folder, "a"), "facts");
    const objects = createFolderObjects(folder);
    expect(await objects.fileOf(expected("a", "facts"))).toBe(join(folder, "a"));
    for (const [object, code] of [
      [expected("a", "fact"), "corrupt"],
      [expected("a", "FACTS"), "corrupt"],
      [expected("b", "facts"), "not_found"],
    ] as const) {
      await expect(objects.fileOf(object)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(object.name),
      });
    }
  });
});

describe("copies", () => {
  async function cacheOf(objects: Readonly<Record<string, string>>, limitBytes = 1000) {
    const store = createMemoryStore();
    for (const [name, text] of Object.entries(objects)) await store.create(name, Buffer.from(text));
    let reads = 0;
    const counting: typeof store = {
      ...store,
      read(name, start, end) {
        reads += 1;
        return store.read(name, start, end);
      },
    };
    let nowMs = 0;
    const open = () =>
      createObjectCache({
        store: counting,
        folder: join(folder, "cache"),
        limitBytes,
        nowMs: () => {
          nowMs += 60_000;
          return nowMs;
        },
      });
    return { open, reads: () => reads };
  }

  it("are read once, by whoever asks, and again where they were damaged", async () => {
    const { open, reads } = await cacheOf({ "facts/a": "one" });
    const object = expected("facts/a", "one");
    const path = await open().fileOf(object);
    expect(await readFile(path, "utf8")).toBe("one");
    expect(await open().fileOf(object)).toBe(path);
    expect(reads()).toBe(1);
    await writeFile(path, "two");
    expect(await readFile(await open().fileOf(object), "utf8")).toBe("one");
    expect(reads()).toBe(2);
  });

  it("are not kept of an object that is another one", async () => {
    const { open } = await cacheOf({ "facts/a": "one" });
    await expect(open().fileOf(expected("facts/a", "two"))).rejects.toMatchObject({ code: "corrupt" });
    await expect(open().fileOf(expected("facts/a", "ones"))).rejects.toMatchObject({ code: "corrupt" });
    await expect(open().fileOf(expected("facts/b", "one"))).rejects.toMatchObject({ code: "not_found" });
    expect(readdirSync(join(folder, "cache"))).toEqual([]);
  });

  it("that were not used for longest go beyond the limit, but none that is in use", async () => {
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(400));
    const { open } = await cacheOf(Object.fromEntries(texts.map((text) => [text.charAt(0), text])));
    const [a, b, c] = texts.map((text) => expected(text.charAt(0), text)) as [
      ExpectedObject,
      ExpectedObject,
      ExpectedObject,
    ];
    const kept = () => readdirSync(join(folder, "cache")).sort();
    await open().fileOf(a);
    await open().fileOf(b);
    // Once more, so that b is the older one.
    await open().fileOf(b);
    await open().fileOf(a);
    await open().fileOf(c);
    expect(kept()).toEqual([a.sha256, c.sha256].sort());
    const cache = open();
    for (const object of [a, b, c]) await cache.fileOf(object);
    expect(kept()).toEqual([a.sha256, b.sha256, c.sha256].sort());
  });
});
