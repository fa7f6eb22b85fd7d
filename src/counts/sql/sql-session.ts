import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBExtractedStatements,
  type DuckDBResult,
  StatementType,
} from "@duckdb/node-api";
import { IoError, UsageError } from "../../core/fault.ts";
import { type DuckDb, type DuckDbOptions, interruptibly, openDuckDb, sqlParquet, sqlTexts } from "../tables/duck-db.ts";
import { plainValue, type SqlValue, tooLong } from "./sql-value.ts";

/** The answer to a statement, as it comes. */
export interface SqlAnswer {
  /** Each name once. */
  readonly columns: readonly string[];
  /** In portions of a few rows, since a SELECT may make long ones. Rejects as `ask` does, also for a value that is too long. */
  portions(): AsyncIterable<readonly (readonly SqlValue[])[]>;
}

/** A database with the view `facts`, which reads one file and reaches nothing else. */
export interface SqlSession {
  /**
   * Asks one SELECT. Rejects with `UsageError` for what is none, or is wrong; with `IoError` where the memory is used up;
   * with the signal's reason once that aborts, at any moment.
   */
  ask(sql: string, signal: AbortSignal): Promise<SqlAnswer>;
  close(): void;
}

const HAND_ROWS = 64;

/** Opens it on a Parquet file. No statement can open another one, load anything, or change a limit. */
export async function openSqlSession(options: DuckDbOptions, path: string): Promise<SqlSession> {
  const db = await openDuckDb(options, 2);
  try {
    await db.run(`SET allowed_paths = ${sqlTexts([path])}`);
    await db.run(`CREATE VIEW facts AS FROM ${sqlParquet([path])}`);
    await db.run("SET enable_external_access = false");
    await db.run("SET lock_configuration = true");
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    async ask(sql, signal) {
      const result = await guarded(signal, db, async () => {
        await refuseOthers(db, sql);
        return db.connection.stream(sql);
      });
      return { columns: result.deduplicatedColumnNames(), portions: () => portionsOf(result, db, signal) };
    },
    close: () => db.close(),
  };
}

async function* portionsOf(
  result: DuckDBResult,
  db: DuckDb,
  signal: AbortSignal,
): AsyncIterable<readonly (readonly SqlValue[])[]> {
  for (;;) {
    const chunk = await guarded(signal, db, () => result.fetchChunk());
    // A result that was interrupted ends as if it were whole.
    signal.throwIfAborted();
    if (chunk === null || chunk.rowCount === 0) return;
    for (let at = 0; at < chunk.rowCount; at += HAND_ROWS) {
      yield rowsOf(chunk, at, Math.min(at + HAND_ROWS, chunk.rowCount));
    }
  }
}

function rowsOf(chunk: DuckDBDataChunk, start: number, end: number): SqlValue[][] {
  return Array.from({ length: end - start }, (_, at) => {
    try {
      return chunk.getRowValues(start + at).map(plainValue);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STRING_TOO_LONG") throw error;
      throw tooLong(error);
    }
  });
}

/** More than one statement, or any that is no question. */
async function refuseOthers({ connection }: DuckDb, sql: string): Promise<void> {
  const statements = await statementsIn(connection, sql);
  if (statements === null) {
    throw new UsageError('ask SQL: it is empty (hint: "SELECT event, count(*) FROM facts GROUP BY event")');
  }
  if (statements.count !== 1) {
    throw new UsageError(`ask SQL: ${statements.count} statements (hint: one SELECT, without a semicolon in it)`);
  }
  const prepared = await statements.prepare(0);
  const { statementType, parameterCount } = prepared;
  prepared.destroySync();
  if (statementType !== StatementType.SELECT) {
    throw new UsageError("ask SQL: it is no SELECT, and nothing can be changed here (hint: SELECT … FROM facts)");
  }
  if (parameterCount > 0) throw new UsageError("ask SQL: it has parameters (hint: write the values themselves)");
}

/** Null for none, of which the binding says no more than that something went wrong. */
async function statementsIn(connection: DuckDBConnection, sql: string): Promise<DuckDBExtractedStatements | null> {
  try {
    return await connection.extractStatements(sql);
  } catch (error) {
    if ((error as Error).message === "Error in native callback") return null;
    throw error;
  }
}

/** What DuckDB says goes to its user in one line, unless it was the signal that ended the work. */
async function guarded<T>(signal: AbortSignal, db: DuckDb, work: () => Promise<T>): Promise<T> {
  try {
    return await interruptibly(db, signal, work);
  } catch (error) {
    signal.throwIfAborted();
    throw toldError(error);
  }
}

function toldError(error: unknown): unknown {
  if (error instanceof UsageError || !(error instanceof Error)) return error;
  const [line = ""] = error.message.replace(/^Failed to extract statements: /, "").split("\n");
  const kind = /^(\w+(?: \w+)*) Error:/.exec(line)?.[1] ?? "";
  if (kind === "Out of Memory" || kind === "IO") {
    const hint = "ask for less: --since, --until, fewer groups; or look at the room of the temporary folder";
    return new IoError("full", `ask SQL: ${line} (hint: ${hint})`, { cause: error });
  }
  if (kind === "" || kind === "INTERNAL" || kind === "FATAL") return error;
  return new UsageError(`ask SQL: ${line} (hint: ${hintFor(line, kind)})`, { cause: error });
}

function hintFor(line: string, kind: string): string {
  if (kind === "Permission" || /^Catalog Error: (?:Table|Copy) /.test(line))
    return "the view facts is all that there is";
  return "SELECT * FROM facts LIMIT 1 shows the columns";
}
