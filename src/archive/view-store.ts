import { IoError } from "../core/fault.ts";
import { ifThere } from "../core/if-there.ts";
import type { ObjectRemover } from "../core/object-remover.ts";
import type { ObjectStore } from "../core/object-store.ts";

/** Where views of the archive are kept: unlike the book of record they may be replaced. */
export interface ViewStore {
  readonly store: ObjectStore;
  readonly remover: ObjectRemover;
}

/** What became of an object: it is new, was there already, or had other bytes. */
export type PutOutcome = "created" | "same" | "replaced";

/** Two that put the same view there meet twice at most; a third time is a store that does not do what it says. */
const MOST_TRIES = 3;

/**
 * Puts the object there. Where the name is taken by other bytes (an earlier try that was damaged, or one of another key)
 * it is replaced; whoever else puts the same there at that moment is no harm. Rejects with `IoError`, `denied` where that
 * may not be, `unavailable` where others put other bytes there again and again.
 */
export async function putView({ store, remover }: ViewStore, name: string, bytes: Buffer): Promise<PutOutcome> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    if ((await store.create(name, bytes)) === "created") return tries === 1 ? "created" : "replaced";
    // Null where somebody has just removed it, to replace it too.
    const there = await ifThere(store.read(name, 0, bytes.length + 1));
    if (there?.equals(bytes)) return "same";
    await remover.remove(name);
  }
  throw new IoError("unavailable", `replace "${name}": somebody else has just done so (hint: run again)`);
}
