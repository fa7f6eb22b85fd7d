import { afterEach, describe, expect, it } from "vitest";
import { IoError } from "../../src/core/fault.ts";
import type { ObjectInfo, ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, MIB } from "../../src/core/units.ts";

/** A store that is empty, and how to remove it. */
export interface OpenedStore {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/** Without their class, which only some stores have. */
async function listed(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for await (const { storageClass: _storageClass, ...object } of store.list(prefix)) objects.push(object);
  return objects;
}

const object = (name: string, sizeBytes: number): ObjectInfo => ({ name, sizeBytes, createdAtMs: expect.any(Number) });

async function readWhole(store: ObjectStore, name: string): Promise<string> {
  return (await store.read(name, 0, 1000)).toString();
}

/** What every object store does, whatever lies behind it. */
export function testObjectStore(what: string, open: () => Promise<OpenedStore>): void {
  describe(`${what} as an object store`, () => {
    let opened: OpenedStore | null = null;
    const openStore = async (): Promise<ObjectStore> => {
      opened = await open();
      return opened.store;
    };
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    it("creates an object once and never overwrites it (I5)", async () => {
      const store = await openStore();
      expect(await store.create("wal/a/1", Buffer.from("first"))).toBe("created");
      expect(await store.create("wal/a/1", Buffer.from("other"))).toBe("exists");
      expect(await store.create("wal/a/1", Buffer.from("first"))).toBe("exists");
      expect(await readWhole(store, "wal/a/1")).toBe("first");
    });

    it("lets one of many create an object at the same time", async () => {
      const store = await openStore();
      const contents = Array.from({ length: 8 }, (_, index) => `content ${index}`);
      const outcomes = await Promise.all(contents.map((content) => store.create("wal/a/1", Buffer.from(content))));
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
      expect(await readWhole(store, "wal/a/1")).toBe(contents[outcomes.indexOf("created")]);
      expect(await listed(store, "wal/")).toEqual([object("wal/a/1", 9)]);
    });

    it("keeps what it was given, even where the giver uses those bytes again", async () => {
      const store = await openStore();
      const content = Buffer.from("kept");
      await store.create("a", content);
      content.fill("x");
      (await store.read("a", 0, 4)).fill("y");
      expect(await readWhole(store, "a")).toBe("kept");
    });

    it("reads ranges, and fewer bytes where the object ends before", async () => {
      const store = await openStore();
      await store.create("a", Buffer.from("0123456789"));
      const range = async (start: number, end: number): Promise<string> =>
        (await store.read("a", start, end)).toString();
      expect(await range(0, 10)).toBe("0123456789");
      expect(await range(3, 5)).toBe("34");
      expect(await range(8, 100)).toBe("89");
      expect(await range(10, 20)).toBe("");
      expect(await range(50, 60)).toBe("");
      expect(await range(4, 4)).toBe("");
    });

    it("gives back large and empty objects whole", async () => {
      const store = await openStore();
      const large = Buffer.alloc(3 * MIB + 17, "large");
      await store.create("large", large);
      await store.create("empty", Buffer.alloc(0));
      expect((await store.read("large", 0, large.length)).equals(large)).toBe(true);
      expect((await store.read("large", 2 * MIB, 2 * MIB + 10)).equals(large.subarray(2 * MIB, 2 * MIB + 10))).toBe(
        true,
      );
      expect(await readWhole(store, "empty")).toBe("");
      expect(await listed(store, "")).toEqual([object("empty", 0), object("large", large.length)]);
    });

    it("says not_found, and the name, of an object that is not there", async () => {
      const store = await openStore();
      await store.create("wal/a/1", Buffer.from("1"));
      for (const name of ["wal/a/2", "wal/b/1", "x", "wal/a/1/2"]) {
        const error = await store.read(name, 0, 1).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(IoError);
        expect(error).toMatchObject({ code: "not_found", message: expect.stringContaining(`"${name}"`) });
      }
    });

    it("lists names by their beginning, in order of the whole name", async () => {
      const store = await openStore();
      const names = ["wal/a-b/1", "wal/a.b", "wal/a/1", "wal/a/10", "wal/a/2/x", "wal/a0/1", "wal/é", "walk/1"];
      for (const name of [...names].reverse()) await store.create(name, Buffer.from(name));
      const namesOf = async (prefix: string): Promise<string[]> =>
        (await listed(store, prefix)).map(({ name }) => name);
      expect(await namesOf("wal/")).toEqual(names.slice(0, -1));
      expect(await namesOf("wal")).toEqual(names);
      expect(await namesOf("wal/a")).toEqual(names.slice(0, 6));
      expect(await namesOf("wal/a/")).toEqual(["wal/a/1", "wal/a/10", "wal/a/2/x"]);
      expect(await namesOf("wal/a/1")).toEqual(["wal/a/1", "wal/a/10"]);
      expect(await namesOf("wal/a/2/x")).toEqual(["wal/a/2/x"]);
      expect(await namesOf("facts/")).toEqual([]);
      expect(await namesOf("wal/a/1/")).toEqual([]);
      expect(await listed(store, "wal/é")).toEqual([object("wal/é", 6)]);
    });

    it("leaves out no name with the ending that is asked for", async () => {
      const store = await openStore();
      const names = ["wal/a/1.json", "wal/a/1.zst", "wal/a/b/2.json", "wal/a/json", "wal/b.json"];
      for (const name of names) await store.create(name, Buffer.from(name));
      const found = await Array.fromAsync(store.list("wal/a/", ".json"));
      const meant = found.filter(({ name }) => name.endsWith(".json"));
      expect(meant.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
        ["wal/a/1.json", 12],
        ["wal/a/b/2.json", 14],
      ]);
    });

    it("lists the folders of a folder, in order, and not what is in them", async () => {
      const store = await openStore();
      const names = ["wal/b/1", "wal/a/1/2/3", "wal/a-b/1", "wal/file", "wal/a/2", "wa/1", "walk/1/2"];
      for (const name of names) await store.create(name, Buffer.from(name));
      const foldersOf = (folder: string): Promise<string[]> => Array.fromAsync(store.listFolders(folder));
      expect(await foldersOf("wal/")).toEqual(["wal/a-b/", "wal/a/", "wal/b/"]);
      expect(await foldersOf("wal/a/")).toEqual(["wal/a/1/"]);
      expect(await foldersOf("wal/b/")).toEqual([]);
      expect(await foldersOf("facts/")).toEqual([]);
    });

    it.each(["../x", "/x", "wal/../../x", "..", "wal/..", "."])("refuses the name %j, outside of it", async (name) => {
      const store = await openStore();
      const denied = expect.objectContaining({ code: "denied", message: expect.stringContaining(`"${name}"`) });
      await expect(store.create(name, Buffer.from("x"))).rejects.toEqual(denied);
      await expect(store.read(name, 0, 1)).rejects.toEqual(denied);
      await expect(listed(store, `${name}/`)).rejects.toMatchObject({ code: "denied" });
      await expect(Array.fromAsync(store.listFolders(`${name}/`))).rejects.toMatchObject({ code: "denied" });
    });

    it("tells about when an object came to be there", async () => {
      const store = await openStore();
      await store.create("a", Buffer.from("a"));
      const [created] = await listed(store, "");
      expect(Math.abs((created?.createdAtMs ?? 0) - Date.now())).toBeLessThan(DAY_MS);
    });

    it("says that it can be read and written, and changes nothing by that", async () => {
      const store = await openStore();
      await store.check("write");
      expect(await listed(store, "")).toEqual([]);
      await store.create("wal/a", Buffer.from("a"));
      await store.check("read");
      expect(await listed(store, "wal/")).toHaveLength(1);
    });

    it.each(["wal/a", "vault/v1/a", "ctl/a"])("is an archive with nothing but %s", async (name) => {
      const store = await openStore();
      await store.create(name, Buffer.from("a"));
      await expect(store.check("read")).resolves.toBeUndefined();
    });
  });
}
