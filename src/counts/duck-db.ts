import { type DuckDBConnection, DuckDBInstance, type DuckDBType, type DuckDBValue } from "@duckdb/node-api";
import { IoError } from "../core/fault.ts";

export interface DuckDbOptions {
  /** In DuckDB's words: `512MB`. The dictionaries on our side come on top. */
  readonly memoryLimit: string;
  /** Folder for what does not fit into memory. Made when needed, in a folder that exists, and removed at the end. */
  readonly spillDirectory: string;
}

/** A database in memory that moves to disk beyond its memory limit. */
export interface DuckDb {
  readonly connection: DuckDBConnection;
  /** Rejects with `IoError`. */
  readonly run: (sql: string) => Promise<void>;
  /** Rejects with `IoError`. */
  readonly query: (sql: string, parameters?: Parameters) => Promise<readonly Row[]>;
  /** Frees memory and spill files. */
  readonly close: () => void;
}

export type Row = Readonly<Record<string, DuckDBValue>>;

/** Values by name, each with its type, so that DuckDB never guesses one. */
export type Parameters = Readonly<Record<string, { readonly value: DuckDBValue; readonly type: DuckDBType }>>;

/** With one thread the rows of a result are in the order of what they are made of. */
export async function openDuckDb({ memoryLimit, spillDirectory }: DuckDbOptions, threads: 1 | 2): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: memoryLimit,
    temp_directory: spillDirectory,
    threads: String(threads),
    preserve_insertion_order: String(threads === 1),
    // Nothing is ever fetched from elsewhere.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  return {
    connection,
    async run(sql) {
      try {
        await connection.run(sql);
      } catch (error) {
        throwQueryError(error);
      }
    },
    async query(sql, parameters = {}) {
      const bound = Object.entries(parameters);
      const values = Object.fromEntries(bound.map(([name, { value }]) => [name, value]));
      const types = Object.fromEntries(bound.map(([name, { type }]) => [name, type]));
      try {
        return (await connection.runAndReadAll(sql, values, types)).getRowObjects();
      } catch (error) {
        return throwQueryError(error);
      }
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A write fails for want of memory or disk only: what is written is ours, and has the right types. */
export function guardWrite(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw storageError(error);
  }
}

/** A text of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A list of texts of SQL. */
export function sqlTexts(texts: readonly string[]): string {
  return `[${texts.map(sqlText).join(", ")}]`;
}

function throwQueryError(error: unknown): never {
  throw /^Error: (Out of Memory|IO) Error/.test(String(error)) ? storageError(error) : error;
}

function storageError(error: unknown): IoError {
  const message = /^(?:Error: )?(.*)/.exec(String(error))?.[1] ?? "";
  const code = /memory|allocate|pin block|space left/i.test(message) ? "full" : "unavailable";
  return new IoError(code, `count facts: ${message} (check the memory limit and the spill folder)`, { cause: error });
}
