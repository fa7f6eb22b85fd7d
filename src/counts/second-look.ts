import { IoError } from "../core/fault.ts";
import type { ObjectStore } from "../core/object-store.ts";

/** Times that a work is done again. */
const MOST_REPEATS = 3;

/** A store, and the write-ahead objects that were to be read from it and were not there. */
export interface WatchedStore {
  readonly store: ObjectStore;
  readonly removed: ReadonlySet<string>;
}

export function watchRemovals(store: ObjectStore): WatchedStore {
  const removed = new Set<string>();
  const watched: ObjectStore = {
    ...store,
    async read(name, start, end) {
      try {
        return await store.read(name, start, end);
      } catch (error) {
        if (isMissing(error) && name.startsWith("wal/")) removed.add(name);
        throw error;
      }
    },
  };
  return { store: watched, removed };
}

/**
 * Does a work that lists write-ahead objects and reads them, again where one was removed in between: it is sealed then,
 * and a second look finds its lines in the vault. What stays away is the work's to tell, or rejects with its `IoError`.
 * `look` counts from 1.
 */
export async function lookAgain<Result>(
  store: ObjectStore,
  work: (store: ObjectStore, look: number) => Promise<Result>,
): Promise<Result> {
  for (let look = 1; ; look += 1) {
    const watched = watchRemovals(store);
    const isEnough = (): boolean => watched.removed.size === 0 || look > MOST_REPEATS;
    try {
      const result = await work(watched.store, look);
      if (isEnough()) return result;
    } catch (error) {
      if (isEnough() || !isMissing(error)) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof IoError && error.code === "not_found";
}
