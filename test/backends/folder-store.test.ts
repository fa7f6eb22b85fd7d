/**
 * Goal: an object is there wholly or not at all, and a folder's own faults are told clearly.
 * Method: the contract, then files on the disk: writes that fail, left-overs of a killed process, wrong places.
 */
import {
  cp,
  type FileHandle,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createFolderRemover } from "../../src/backends/files/folder-remover.ts";
import { createFolderStore } from "../../src/backends/files/folder-store.ts";
import { IoError, UsageError } from "../../src/core/fault.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { testObjectRemover } from "../contract/object-remover.ts";
import { testObjectStore } from "../contract/object-store.ts";
import { fileHandlePrototype } from "./file-handle-prototype.ts";
import { tempFolder } from "./temp-folder.ts";

const NOW_MS = Date.UTC(2020, 11, 24);
const nowMs = (): number => NOW_MS;

testObjectStore("a folder", async () => ({
  store: createFolderStore(await tempFolder(), nowMs),
  close: () => Promise.resolve(),
}));

testObjectRemover("a folder", async () => {
  const root = await tempFolder();
  return {
    store: createFolderStore(root, nowMs),
    remover: createFolderRemover(root, nowMs),
    close: () => Promise.resolve(),
  };
});

/** The files below a folder, by their paths. */
async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Inodes of the files and folders that are synced while the work goes on, in order, each with its size then. */
async function syncedDuring(work: () => Promise<unknown>): Promise<{ readonly ino: number; readonly size: number }[]> {
  const synced: { ino: number; size: number }[] = [];
  const spy = vi.spyOn(await fileHandlePrototype(), "sync").mockImplementation(async function (this: FileHandle) {
    const { ino, size } = await this.stat();
    await this.datasync();
    synced.push({ ino, size });
  });
  try {
    await work();
    return synced;
  } finally {
    spy.mockRestore();
  }
}

describe("a folder store", () => {
  it("has an object on the disk before it says so: its bytes, then its name, and each new folder above it", async () => {
    const root = join(await tempFolder(), "archive");
    const store = createFolderStore(root, nowMs);
    const content = Buffer.from("lines");
    const inodeOf = async (path: string) => (await stat(join(root, path))).ino;
    const synced = await syncedDuring(() => store.create("wal/a/1", content));
    const file = synced.findIndex(({ size }) => size === content.length);
    expect(synced[file]?.ino).toBe(await inodeOf("wal/a/1"));
    const behind = synced.slice(file + 1).map(({ ino }) => ino);
    expect(behind).toContain(await inodeOf("wal/a"));
    const all = synced.map(({ ino }) => ino);
    for (const path of ["..", ".", "wal", "wal/a"]) expect(all).toContain(await inodeOf(path));
    // Another writer may have made all of it, and been killed before any of it was durable.
    const again = await syncedDuring(() => createFolderStore(root, nowMs).create("wal/a/1", content));
    for (const path of [".", "wal", "wal/a"]) expect(again.map(({ ino }) => ino)).toContain(await inodeOf(path));
  });

  it("leaves nothing behind, under no name, when writing fails half-way", async () => {
    const root = await tempFolder();
    const store = createFolderStore(root, nowMs);
    async function* failing(): AsyncIterable<Buffer> {
      yield Buffer.from("half of it");
      await Promise.resolve();
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    }
    // What a file handle writes may also come bit by bit: so the disk is full in the middle.
    await expect(store.create("wal/a/1", failing() as unknown as Uint8Array)).rejects.toMatchObject({
      code: "full",
      message: expect.stringMatching(/^create "wal\/a\/1" in "[^"]+": no space left on device \(hint: /),
    });
    expect(await filesOf(root)).toEqual([]);
    expect(await store.create("wal/a/1", Buffer.from("whole"))).toBe("created");
    expect(await filesOf(root)).toEqual(["wal/a/1"]);
  });

  it("says which folder it cannot list, and calls it not empty", async () => {
    const root = await tempFolder();
    await mkdir(join(root, "wal"));
    await symlink("loop", join(root, "wal/loop"));
    const store = createFolderStore(root, nowMs);
    await expect(Array.fromAsync(store.list("wal/loop/"))).rejects.toMatchObject({
      message: expect.stringContaining(`list "${root}/wal/loop/": `),
    });
    // Also where it need not look at it.
    for (const listed of [store.list("wal/"), store.list("wal/", ".json"), store.listFolders("wal/")]) {
      await expect(Array.fromAsync<unknown>(listed)).rejects.toThrow(`look at "${root}/wal/loop": `);
    }
  });

  it("tells what really failed where its own place for unfinished objects is no folder", async () => {
    const root = await tempFolder();
    await writeFile(join(root, "ctl"), "");
    const store = createFolderStore(root, nowMs);
    await expect(store.create("wal/a/1", Buffer.from("x"))).rejects.toThrow(/^create "wal\/a\/1" in "[^"]+": /);
  });

  it("removes what a killed writer left a day ago, and nothing younger", async () => {
    const root = await tempFolder();
    const folder = join(root, "ctl/tmp");
    await mkdir(folder, { recursive: true });
    for (const [name, ageMs] of [
      ["old", DAY_MS + 1000],
      ["young", DAY_MS - 1000],
    ] as const) {
      await writeFile(join(folder, name), "half");
      await utimes(join(folder, name), new Date(NOW_MS - ageMs), new Date(NOW_MS - ageMs));
    }
    await createFolderStore(root, nowMs).create("wal/a/1", Buffer.from("x"));
    expect((await filesOf(root)).sort()).toEqual(["ctl/tmp/young", "wal/a/1"]);
  });

  it.each(["folder", "link"])(
    "archives on where an old %s lies among the unfinished objects, which stays",
    async (kind) => {
      const root = await tempFolder();
      const stranger = join(root, "ctl/tmp/stranger");
      await mkdir(join(root, "ctl/tmp"), { recursive: true });
      const left = join(root, "ctl/tmp/unfinished");
      await writeFile(left, "half");
      if (kind === "folder") {
        await mkdir(stranger);
        await writeFile(join(stranger, "kept"), "not ours");
        await utimes(stranger, new Date(0), new Date(0));
      } else await symlink("stranger", stranger);
      await utimes(left, new Date(0), new Date(0));
      const store = createFolderStore(root, nowMs);
      for (const name of ["wal/a/1", "wal/a/2"]) expect(await store.create(name, Buffer.from("x"))).toBe("created");
      expect((await filesOf(root)).sort()).toEqual([
        ...(kind === "folder" ? ["ctl/tmp/stranger/kept"] : []),
        "wal/a/1",
        "wal/a/2",
      ]);
      expect(await readdir(join(root, "ctl/tmp"))).toEqual(["stranger"]);
    },
  );

  it("lists what is there where others are removed meanwhile", async () => {
    const root = await tempFolder();
    const store = createFolderStore(root, nowMs);
    for (const name of ["wal/a/1", "wal/a/2", "wal/a/3"]) await store.create(name, Buffer.from("x"));
    const listed: string[] = [];
    for await (const { name } of store.list("wal/")) {
      listed.push(name);
      await rm(join(root, "wal/a/2"), { force: true });
    }
    expect(listed).toEqual(["wal/a/1", "wal/a/3"]);
  });

  it("is not begun anew where it has vanished, or an empty folder is in its place", async () => {
    const root = join(await tempFolder(), "archive");
    const store = createFolderStore(root, nowMs);
    await store.create("wal/a/1", Buffer.from("1"));
    await rename(root, `${root}.away`);
    const refusal = { code: "not_found", message: expect.stringMatching(/ is gone now \(hint: .*mounted/) };
    await expect(store.create("wal/a/2", Buffer.from("2"))).rejects.toMatchObject(refusal);
    await mkdir(join(root, "lost+found"), { recursive: true });
    await expect(store.create("wal/a/2", Buffer.from("2"))).rejects.toMatchObject(refusal);
    expect(await filesOf(root)).toEqual([]);
    await rm(root, { recursive: true });
    await rename(`${root}.away`, root);
    expect(await store.create("wal/a/2", Buffer.from("2"))).toBe("created");
  });

  it("goes on where its folder has another inode, as on a network disk that was mounted anew", async () => {
    const root = join(await tempFolder(), "archive");
    const store = createFolderStore(root, nowMs);
    await store.create("wal/a/1", Buffer.from("1"));
    await rename(root, `${root}.old`);
    await cp(`${root}.old`, root, { recursive: true });
    expect(await store.create("wal/a/2", Buffer.from("2"))).toBe("created");
    expect((await filesOf(root)).sort()).toEqual(["wal/a/1", "wal/a/2"]);
  });

  it("is shared by writers that begin at the same time", async () => {
    const root = await tempFolder();
    const writers = Array.from({ length: 60 }, (_, index) => index);
    const outcomes = await Promise.all(
      writers.map(async (writer) => {
        const store = createFolderStore(root, nowMs);
        await store.create(`wal/${writer}/1`, Buffer.from("1"));
        return store.create(`wal/${writer}/2`, Buffer.from("2"));
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(["created"]));
    expect(await filesOf(root)).toHaveLength(2 * writers.length);
  });

  it("makes its folders when it first writes, not before", async () => {
    const root = join(await tempFolder(), "a/b");
    const store = createFolderStore(root, nowMs);
    await store.check("write");
    await expect(store.check("read")).rejects.toMatchObject({
      message: expect.stringContaining(
        `open archive "${root}": no such folder (hint: name the pipeline file, or --archive;`,
      ),
    });
    await expect(stat(root)).rejects.toMatchObject({ code: "ENOENT" });
    await store.create("wal/1", Buffer.from("x"));
    expect(await readFile(join(root, "wal/1"), "utf8")).toBe("x");
    await store.check("read");
  });

  it.each(["wal", "vault", "ctl"])("is an archive with nothing but %s", async (name) => {
    const root = await tempFolder();
    await mkdir(join(root, name));
    await expect(createFolderStore(root, nowMs).check("read")).resolves.toBeUndefined();
  });

  it.each(["wal", "vault", "ctl"])("is damaged where %s is a file", async (name) => {
    const root = await tempFolder();
    await writeFile(join(root, name), "");
    await expect(createFolderStore(root, nowMs).check("read")).rejects.toThrow(
      new IoError("corrupt", `open archive "${root}": "${name}" is no folder (hint: restore it from a copy)`),
    );
  });

  it("keeps what is not an object: a folder is not removed, and that is told", async () => {
    const root = await tempFolder();
    await mkdir(join(root, "wal/a"), { recursive: true });
    await expect(createFolderRemover(root, Date.now).remove("wal/a")).rejects.toMatchObject({
      code: "denied",
      message: expect.stringMatching(/^remove "wal\/a" in "[^"]+": /),
    });
    expect((await stat(join(root, "wal/a"))).isDirectory()).toBe(true);
  });

  it("cannot be where a file is", async () => {
    const root = join(await tempFolder(), "file");
    await writeFile(root, "");
    const hint = "(hint: --archive names a folder or gs://BUCKET/PREFIX; files of lines go by run --from)";
    const refusal = new UsageError(`open archive "${root}": not a folder ${hint}`);
    await expect(createFolderStore(root, nowMs).check("write")).rejects.toThrow(refusal);
    await expect(createFolderStore(root, nowMs).check("read")).rejects.toThrow(refusal);
    const below = createFolderStore(join(root, "below"), nowMs).check("write");
    await expect(below).rejects.toThrow(new IoError("not_found", `open archive "${root}/below": not a directory`));
  });

  it.each(["vault", "wal", "ctl", "facts"])("cannot be in the %s of another", async (part) => {
    const archive = await tempFolder();
    const root = join(archive, part);
    // Alone it may be what somebody calls his archive.
    await expect(createFolderStore(root, nowMs).check("write")).resolves.toBeUndefined();
    await mkdir(join(archive, part === "wal" ? "vault" : "wal"));
    const refusal = new UsageError(
      `open archive "${root}": it lies within the archive "${archive}" (hint: --archive ${archive})`,
    );
    for (const access of ["read", "write"] as const) {
      await expect(createFolderStore(root, nowMs).check(access)).rejects.toThrow(refusal);
    }
  });

  it("that is missing is not offered to be made where it is only read", async () => {
    const root = await tempFolder();
    await expect(createFolderStore(root, nowMs).check("read")).rejects.toThrow(
      new UsageError(`open archive "${root}": no archive in this folder (hint: name the pipeline file, or --archive)`),
    );
  });
});
