import { type DuckDBConnection, DuckDBInstance, type DuckDBType, type DuckDBValue } from "@duckdb/node-api";
import { IoError } from "../../core/fault.ts";

export interface DuckDbOptions {
  /** In DuckDB's words: `400MB`. The dictionaries on our side come on top. */
  readonly memoryLimit: string;
  /**
   * Beginning of the path of a folder for what does not fit into memory. Each database makes its own when it needs one,
   * in a folder that exists, and removes it at the end: the files in it have the same names in every database.
   */
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

/** Databases so far, in this process. */
let opened = 0;

/** With one thread the rows of a result are in the order of what they are made of. Rejects with `IoError`. */
export async function openDuckDb({ memoryLimit, spillDirectory }: DuckDbOptions, threads: 1 | 2): Promise<DuckDb> {
  opened += 1;
  const { instance, connection } = await connect({
    memory_limit: memoryLimit,
    temp_directory: `${spillDirectory}-${opened}`,
    threads: String(threads),
    preserve_insertion_order: String(threads === 1),
    // Nothing is ever fetched from elsewhere.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
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

async function connect(settings: Readonly<Record<string, string>>): Promise<Connected> {
  let instance: DuckDBInstance | null = null;
  try {
    instance = await DuckDBInstance.create(":memory:", settings);
    return { instance, connection: await instance.connect() };
  } catch (error) {
    instance?.closeSync();
    throw storageError(error);
  }
}

interface Connected {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

/** An interrupt that comes before the work has begun is forgotten. */
const AGAIN_MS = 100;

/**
 * Does a work of this database that ends once the signal aborts: it rejects then, or seems to be done. Rejects with the
 * signal's reason where that has aborted before.
 */
export async function interruptibly<T>(
  { connection }: Pick<DuckDb, "connection">,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let again: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    connection.interrupt();
    again = setInterval(() => connection.interrupt(), AGAIN_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", onAbort);
    clearInterval(again);
  }
}

/** A write fails for want of memory or disk only: what is written is ours, and has the right types. */
export function guardWrite(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw storageError(error);
  }
}

/** True where a question needs more memory than the database may have, spilled or not: a smaller one may do. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof IoError && /Out of Memory/.test(String(error.cause));
}

/** A text of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Parquet files as a source of rows, for `FROM`: just these files and what is in them. By default parts of a path like
 * `plan=gold` would stand for columns, and some of its characters for others. With `any` columns a file lacks some that
 * another has, and they are null there.
 */
export function sqlParquet(paths: readonly string[], columns: "equal" | "any" = "equal"): string {
  const literal = paths.map((path) => path.replace(/[*?[]/g, "[$&]"));
  return `read_parquet(${sqlTexts(literal)}, hive_partitioning = false, union_by_name = ${columns === "any"})`;
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
