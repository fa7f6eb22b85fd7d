import { listStreams, readSealedPlans, type SealedPlan } from "../archive/sealed-plan.ts";
import { type TailObject, tailOf } from "../archive/tail.ts";
import { listWal } from "../archive/wal-reader.ts";
import type { ObjectStore } from "../core/object-store.ts";

/** What an archive has of one stream: each stream is a book of its own. */
export interface StreamBook {
  readonly stream: string;
  /** In order of spans and plans. */
  readonly plans: readonly SealedPlan[];
  /** Write-ahead objects that are not sealed, or not for all of their hours. */
  readonly tail: readonly TailObject[];
}

/** Everything that the archive has. Rejects with `IoError`. */
export async function readBooks(store: ObjectStore): Promise<StreamBook[]> {
  const books: StreamBook[] = [];
  for (const stream of await listStreams(store)) {
    // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
    const objects = await Array.fromAsync(listWal(store, stream));
    const plans = await readSealedPlans(store, stream);
    const tail = await tailOf(store, objects, plans);
    books.push({ stream, plans, tail: tail.filter(({ unsealed }) => unsealed.length > 0) });
  }
  return books;
}

/** Stored bytes of what is not sealed. */
export function tailBytes(books: readonly StreamBook[]): number {
  return books.flatMap(({ tail }) => tail).reduce((sum, { object }) => sum + object.sizeBytes, 0);
}
