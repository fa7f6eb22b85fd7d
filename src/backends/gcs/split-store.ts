import { UsageError } from "../../core/fault.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";

const VAULT = "vault/";

/** One archive in two stores: what is sealed and signed in one, so that it can have rules of its own, all else in the other. */
export function createSplitStore(others: ObjectStore, vault: ObjectStore): ObjectStore {
  const storeOf = (name: string): ObjectStore => (name.startsWith(VAULT) ? vault : others);

  async function* listBoth(prefix: string): AsyncIterable<ObjectInfo> {
    let isVaultOver = false;
    for await (const object of others.list(prefix)) {
      if (!isVaultOver && object.name > VAULT) {
        yield* vault.list(VAULT);
        isVaultOver = true;
      }
      if (!object.name.startsWith(VAULT)) yield object;
    }
    if (!isVaultOver) yield* vault.list(VAULT);
  }

  return {
    create: (name, content) => storeOf(name).create(name, content),
    read: (name, start, end) => storeOf(name).read(name, start, end),
    list: (prefix) => (VAULT.startsWith(prefix) && prefix !== VAULT ? listBoth(prefix) : storeOf(prefix).list(prefix)),
    listFolders: (folder) => storeOf(folder).listFolders(folder),
    async check(access) {
      // Who archives lines must not be able to write what is sealed; that it can be reached is known by this.
      for await (const _ of vault.list(VAULT)) break;
      if (access === "write") return others.check("write");
      try {
        await others.check("read");
      } catch (error) {
        // All that is left may be what was sealed.
        if (!(error instanceof UsageError)) throw error;
        await vault.check("read");
      }
    },
  };
}
