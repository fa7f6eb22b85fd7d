import { type DuckDb, type DuckDbOptions, openDuckDb } from "../duck-db.ts";
import { type FactTable, openFactTable } from "../fact-table.ts";

/** Where facts become Parquet, one segment after another. */
export interface FactsDatabase {
  /** Opened when it is needed first: that takes longer than the facts of a quiet hour. Rejects with `IoError`. */
  open(): Promise<OpenFacts>;
  /** Forgets everything; may be opened again. */
  close(): void;
}

export interface OpenFacts {
  readonly db: DuckDb;
  readonly table: FactTable;
}

/** One thread: the same facts in the same order give the same bytes, so that a second try finds its own file. */
const THREADS = 1;

export function createFactsDatabase(options: DuckDbOptions): FactsDatabase {
  let opened: OpenFacts | null = null;
  return {
    async open() {
      if (opened === null) {
        const db = await openDuckDb(options, THREADS);
        opened = { db, table: await openFactTable(db) };
      }
      return opened;
    },
    close() {
      opened?.table.close();
      opened?.db.close();
      opened = null;
    },
  };
}
