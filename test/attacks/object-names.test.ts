/**
 * Goal: no name that stands in an object, comes in a message or lies in a folder makes a store read, write, list or remove
 * outside of its archive, wait for ever, or round in circles.
 * Method: the ports of both stores with names that lead elsewhere; and an archive folder with links, pipes and loops in it.
 */
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFolderRemover } from "../../src/backends/files/folder-remover.ts";
import { createFolderStore } from "../../src/backends/files/folder-store.ts";
import { createFolderObjects, createObjectCache } from "../../src/backends/files/local-objects.ts";
import { createGcsRemover } from "../../src/backends/gcs/gcs-remover.ts";
import { createGcsStore } from "../../src/backends/gcs/gcs-store.ts";
import { createService } from "../../src/backends/gcs/service.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { scriptedBackoff } from "../core/scripted-backoff.ts";
import { startScriptedGcs } from "../servers/scripted-gcs.ts";

const STRAY = ["../outside", "a/../../outside", "/outside", "a//b", "./a", "a/.", "a/..", "..", ".", "", "/"];

interface Place {
  readonly store: ObjectStore;
  readonly remover: ObjectRemover;
  /** Names of what lies where the archive must not reach. */
  readonly outside: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

async function folderPlace(): Promise<Place> {
  const folder = await tempFolder();
  const root = join(folder, "archive");
  await writeFile(join(folder, "outside"), "secret");
  return {
    store: createFolderStore(root, () => 0),
    remover: createFolderRemover(root, () => 0),
    outside: async () => (await readdir(folder)).filter((name) => name !== "archive"),
    close: () => Promise.resolve(),
  };
}

async function bucketPlace(): Promise<Place> {
  const gcs = await startScriptedGcs([]);
  const place = { bucket: "bucket", prefix: "some/archive", endpoint: gcs.url };
  const service = createService(place);
  const options = { backoff: scriptedBackoff(0).backoff, onTrouble: () => undefined };
  return {
    store: createGcsStore(service, place, options),
    remover: createGcsRemover(service, place, options),
    // Whatever was asked for: nothing must be.
    outside: () => Promise.resolve(["outside", ...gcs.requests.map(({ method }) => method)]),
    close: gcs.close,
  };
}

describe.each([
  ["a folder", folderPlace],
  ["a bucket", bucketPlace],
])("of %s", (_kind, open) => {
  it("no name leads out", async () => {
    const { store, remover, outside, close } = await open();
    for (const name of STRAY) {
      await expect(store.create(name, Buffer.from("x"))).rejects.toMatchObject({ code: "denied" });
      await expect(store.read(name, 0, 10)).rejects.toMatchObject({ code: "denied" });
      await expect(remover.remove(name)).rejects.toMatchObject({ code: "denied" });
    }
    for (const prefix of ["../", "a/../", "/", "a//", "./"]) {
      await expect(Array.fromAsync(store.list(prefix))).rejects.toMatchObject({ code: "denied" });
    }
    expect(await outside()).toEqual(["outside"]);
    await close();
  });
});

describe("a folder", () => {
  it("takes names that only look as if they led out for names", async () => {
    const { store, outside } = await folderPlace();
    for (const name of ["wal/%2e%2e/x", "wal/..%2fx", "wal\\..\\x", "wal/...", "wal/~", "-rf", "wal/*", "wal/\n"]) {
      expect(await store.create(name, Buffer.from(name))).toBe("created");
      expect((await store.read(name, 0, 100)).toString()).toBe(name);
    }
    expect(await outside()).toEqual(["outside"]);
  });

  it("refuses what no file can be called, and says so", async () => {
    const { store } = await folderPlace();
    for (const name of [`wal/${"x".repeat(2000)}`, "wal/a\0b"]) {
      await expect(store.create(name, Buffer.from("x"))).rejects.toMatchObject({ name: "IoError" });
      await expect(store.read(name, 0, 1)).rejects.toMatchObject({ name: "IoError" });
    }
  });

  it("is not read round in circles, nor through links to other folders", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "archive/wal/a"), { recursive: true });
    await mkdir(join(folder, "elsewhere"));
    await writeFile(join(folder, "elsewhere/x"), "secret");
    const store = createFolderStore(join(folder, "archive"), () => 0);
    for (const target of ["..", join(folder, "elsewhere"), "loop"]) {
      const link = join(folder, "archive/wal/a/loop");
      await symlink(target, link);
      await expect(Array.fromAsync(store.list("wal/"))).rejects.toMatchObject({ name: "IoError" });
      execFileSync("rm", [link]);
    }
  });

  it("has links to files, as good as the files", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "archive/wal/a"), { recursive: true });
    await writeFile(join(folder, "kept"), "content");
    await symlink(join(folder, "kept"), join(folder, "archive/wal/a/x"));
    const store = createFolderStore(join(folder, "archive"), () => 0);
    expect(await Array.fromAsync(store.list("wal/"))).toMatchObject([{ name: "wal/a/x", sizeBytes: 7 }]);
    expect((await store.read("wal/a/x", 0, 100)).toString()).toBe("content");
    // And a name that is taken by a link is taken.
    expect(await store.create("wal/a/x", Buffer.from("other"))).toBe("exists");
    expect(await readFile(join(folder, "kept"), "utf8")).toBe("content");
  });

  it("has no pipes and devices: nobody waits for them", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "wal/a"), { recursive: true });
    execFileSync("mkfifo", [join(folder, "wal/a/pipe")]);
    await symlink("/dev/zero", join(folder, "zero"));
    const store = createFolderStore(folder, () => 0);
    await expect(Array.fromAsync(store.list("wal/"))).rejects.toThrow("neither a plain file nor a folder");
    await expect(store.read("wal/a/pipe", 0, 10)).rejects.toMatchObject({ code: "denied" });
    await expect(store.read("zero", 0, 10)).rejects.toMatchObject({ code: "denied" });
  });

  it("gives no more than a file has, whatever is asked for", async () => {
    const store = createFolderStore(await tempFolder(), () => 0);
    await store.create("wal/a", Buffer.from("content"));
    expect((await store.read("wal/a", 0, Number.MAX_SAFE_INTEGER)).toString()).toBe("content");
    expect(await store.read("wal/a", 1e15, 2e15)).toEqual(Buffer.alloc(0));
  });
});

describe("what a receipt of facts names", () => {
  const SHA = "0".repeat(64);

  it("is not looked for outside of the archive, nor of the folder of copies", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "outside"), "secret");
    const files = createFolderObjects(join(folder, "archive"));
    const copies = createObjectCache({
      store: createMemoryStore(),
      folder: join(folder, "copies"),
      limitBytes: 1,
      nowMs: () => 0,
    });
    for (const name of STRAY) {
      await expect(files.fileOf({ name, sizeBytes: 6, sha256: SHA })).rejects.toMatchObject({ code: "denied" });
      await expect(copies.fileOf({ name, sizeBytes: 6, sha256: SHA })).rejects.toMatchObject({ code: "denied" });
    }
    for (const sha256 of ["../outside", "", "x".repeat(64)]) {
      await expect(copies.fileOf({ name: "facts/a", sizeBytes: 6, sha256 })).rejects.toMatchObject({ code: "corrupt" });
    }
    expect(await readdir(folder)).toEqual(["outside"]);
  });
});
