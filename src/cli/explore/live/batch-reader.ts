import { isOfObject } from "../../../core/fault.ts";
import { createEventReader } from "../../open/counts/event-reader.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { type Batch, readBatch, type Unread } from "./batch.ts";

/** Reads batches, and keeps in mind which cannot be read. */
export interface BatchReader {
  /** The newest of what was wrong with objects. */
  problems(): readonly string[];
  /**
   * Null where the object cannot be read: nobody may be kept from the others by it. Rejects with `IoError` where the store
   * fails.
   */
  read(what: Unread, enoughLines: number): Promise<Batch | null>;
}

const MOST_PROBLEMS = 5;

export function createBatchReader({ store, catalogue }: ExploredArchive): BatchReader {
  const eventsOf = createEventReader(catalogue);
  let problems: string[] = [];
  return {
    problems: () => problems,
    async read(what, enoughLines) {
      try {
        return await readBatch(store, what, eventsOf, enoughLines);
      } catch (error) {
        if (!isOfObject(error)) throw error;
        problems = [...problems, error.message].slice(-MOST_PROBLEMS);
        return null;
      }
    },
  };
}
