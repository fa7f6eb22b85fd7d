import type { ObjectStore } from "../core/object-store.ts";

/** What was read of a store, to be told to the person who asked. */
export interface ReadCost {
  readonly objects: number;
  readonly reads: number;
  readonly bytes: number;
}

/** A store that counts what is read; the names of all objects that were read are kept. */
export interface CountingStore {
  readonly store: ObjectStore;
  readonly cost: () => ReadCost;
}

export function createCountingStore(store: ObjectStore): CountingStore {
  const names = new Set<string>();
  let reads = 0;
  let bytes = 0;
  return {
    store: {
      create: (name, content) => store.create(name, content),
      list: (prefix, ending) => store.list(prefix, ending),
      listFolders: (folder) => store.listFolders(folder),
      check: (access) => store.check(access),
      async read(name, start, end) {
        reads += 1;
        const read = await store.read(name, start, end);
        names.add(name);
        bytes += read.length;
        return read;
      },
    },
    cost: () => ({ objects: names.size, reads, bytes }),
  };
}
