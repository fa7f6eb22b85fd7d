import { type DuckDb, type DuckDbOptions, openDuckDb } from "../tables/duck-db.ts";
import { type FactTable, openFactTable } from "../tables/fact-table.ts";

/** Where facts become Parquet, one plan after another. */
export interface FactsDatabase {
  /**
   * An empty table for the next plan, after which that of the plan before must not be used. The database is opened when
   * it is needed first: that takes longer than the facts of a quiet hour. Rejects with `IoError`.
   */
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
  let db: DuckDb | null = null;
  let table: FactTable | null = null;
  return {
    async open() {
      db ??= await openDuckDb(options, THREADS);
      // A new one, since what DuckDB has learned of the one before would order rows otherwise, for the same facts.
      table?.close();
      table = null;
      table = await openFactTable(db);
      return { db, table };
    },
    close() {
      table?.close();
      db?.close();
      table = null;
      db = null;
    },
  };
}
