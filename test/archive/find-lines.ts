import { type FindQuery, type FindVisitor, findPlaces, searchPlaces } from "../../src/archive/find.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";

/** What a search has read. */
export interface FindCost {
  /** Segments that were opened, and blocks of theirs. */
  readonly objects: number;
  readonly blocks: number;
}

const LINES = /^(?:wal|vault)\/.*(?<!\.meta)\.ndjson\.zst$/;

/** Searches the store as `archive find` does. */
export async function findLines(
  store: ObjectStore,
  query: FindQuery,
  visit: (line: ArchivedLine) => void,
  endOfBlock: FindVisitor["endOfBlock"] = () => Promise.resolve(),
): Promise<FindCost> {
  const opened = new Set<string>();
  let blocks = 0;
  const watched: ObjectStore = {
    ...store,
    read(name, start, end) {
      if (LINES.test(name)) opened.add(name);
      return store.read(name, start, end);
    },
  };
  await searchPlaces(await findPlaces(watched, query), query, {
    visit,
    endOfBlock() {
      blocks += 1;
      return endOfBlock();
    },
    onBytes: () => undefined,
  });
  return { objects: opened.size, blocks };
}
