import { afterEach, describe, expect, it } from "vitest";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { OpenedStore } from "./object-store.ts";

/** An empty store, what removes its objects, and how to remove it. */
export interface OpenedRemover extends OpenedStore {
  readonly remover: ObjectRemover;
}

/** What everything that removes objects does, whatever lies behind it. */
export function testObjectRemover(what: string, open: () => Promise<OpenedRemover>): void {
  describe(`the removal of objects in ${what}`, () => {
    let opened: OpenedRemover | null = null;
    const openBoth = async (): Promise<OpenedRemover> => {
      opened = await open();
      return opened;
    };
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function namesIn({ store }: OpenedRemover): Promise<string[]> {
      const names: string[] = [];
      for await (const { name } of store.list("")) names.push(name);
      return names;
    }

    it("takes away the one that is named, and no other", async () => {
      const both = await openBoth();
      for (const name of ["wal/a/1", "wal/a/10", "wal/a/é b", "wal/ab/1"])
        await both.store.create(name, Buffer.from("x"));
      await both.remover.remove("wal/a/1");
      await both.remover.remove("wal/a/é b");
      expect(await namesIn(both)).toEqual(["wal/a/10", "wal/ab/1"]);
      await expect(both.store.read("wal/a/1", 0, 1)).rejects.toMatchObject({ code: "not_found" });
    });

    it("does nothing where there is none, so that it may be done again", async () => {
      const both = await openBoth();
      await both.store.create("wal/a/1", Buffer.from("x"));
      for (const name of ["wal/a/2", "wal/b/1", "x", "wal/a/1/2"]) await both.remover.remove(name);
      await Promise.all([both.remover.remove("wal/a/1"), both.remover.remove("wal/a/1")]);
      await both.remover.remove("wal/a/1");
      expect(await namesIn(both)).toEqual([]);
    });

    it("leaves the name free", async () => {
      const { store, remover } = await openBoth();
      await store.create("wal/a/1", Buffer.from("first"));
      await remover.remove("wal/a/1");
      expect(await store.create("wal/a/1", Buffer.from("other"))).toBe("created");
      expect((await store.read("wal/a/1", 0, 9)).toString()).toBe("other");
    });

    it.each(["../x", "/x", "wal/../../x", "..", "."])("refuses the name %j, outside of it", async (name) => {
      const { remover } = await openBoth();
      await expect(remover.remove(name)).rejects.toMatchObject({
        code: "denied",
        message: expect.stringContaining(`"${name}"`),
      });
    });
  });
}
