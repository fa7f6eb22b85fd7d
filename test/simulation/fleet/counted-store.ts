import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import type { ObjectRemover } from "../../../src/core/object-remover.ts";
import type { ObjectInfo, ObjectStore } from "../../../src/core/object-store.ts";

/** Requests of one duty. */
export interface Requests {
  creates: number;
  reads: number;
  removes: number;
  /** Of anything but the write-ahead log: so few names that one page has them. */
  otherLists: number;
  walLists: number;
  /** Names that those gave, in all. */
  walListed: number;
}

export const DUTIES = ["worker", "sealer", "signer", "collector"] as const;

export type Duty = (typeof DUTIES)[number];

/** A bucket in memory that counts who asks for what. */
export interface CountedBucket {
  /** Since it was last cleared. */
  readonly requests: Readonly<Record<Duty, Requests>>;
  clear(): void;
  storeFor(duty: Duty): ObjectStore & ObjectRemover;
}

export function createCountedBucket(nowMs: () => number): CountedBucket {
  const store = createMemoryStore(nowMs);
  const requests = { worker: none(), sealer: none(), signer: none(), collector: none() };
  return {
    requests,
    clear: () => DUTIES.forEach((duty) => Object.assign(requests[duty], none())),
    storeFor(duty) {
      const counted = requests[duty];
      return {
        ...store,
        create(name, content) {
          counted.creates += 1;
          return store.create(name, content);
        },
        read(name, start, end) {
          counted.reads += 1;
          return store.read(name, start, end);
        },
        remove(name) {
          counted.removes += 1;
          return store.remove(name);
        },
        list(prefix, ending) {
          const isWal = prefix.startsWith("wal/");
          counted[isWal ? "walLists" : "otherLists"] += 1;
          return isWal ? counting(store.list(prefix, ending), counted) : store.list(prefix, ending);
        },
        listFolders(folder) {
          counted.otherLists += 1;
          return store.listFolders(folder);
        },
      };
    },
  };
}

async function* counting(objects: AsyncIterable<ObjectInfo>, counted: Requests): AsyncIterable<ObjectInfo> {
  for await (const object of objects) {
    counted.walListed += 1;
    yield object;
  }
}

function none(): Requests {
  return { creates: 0, reads: 0, removes: 0, otherLists: 0, walLists: 0, walListed: 0 };
}
