import { IoError } from "../core/fault.ts";
import type { ObjectRemover } from "../core/object-remover.ts";
import type { ObjectStore } from "../core/object-store.ts";

/** Where views of the archive are kept: unlike the book of record they may be replaced. */
export interface ViewStore {
  readonly store: ObjectStore;
  readonly remover: ObjectRemover;
}

/** What became of an object: it is new, was there already, or had other bytes. */
export type PutOutcome = "created" | "same" | "replaced";

/**
 * Puts the object there. Where the name is taken by other bytes (an earlier try that was damaged, or one of another key)
 * it is replaced. Rejects with `IoError`, `denied` where that may not be, `unavailable` where others do the same.
 */
export async function putView({ store, remover }: ViewStore, name: string, bytes: Buffer): Promise<PutOutcome> {
  if ((await store.create(name, bytes)) === "created") return "created";
  if ((await store.read(name, 0, bytes.length + 1)).equals(bytes)) return "same";
  await remover.remove(name);
  if ((await store.create(name, bytes)) === "created") return "replaced";
  throw new IoError("unavailable", `replace "${name}": somebody else has just done so (hint: run again)`);
}
