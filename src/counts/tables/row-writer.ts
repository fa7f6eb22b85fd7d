import { type DuckDBConnection, DuckDBDataChunk, type DuckDBType, type DuckDBVector } from "@duckdb/node-api";
import { guardWrite } from "./duck-db.ts";

/** Fills a table of DuckDB, row by row. */
export interface RowWriter<Name extends string> {
  readonly columns: Readonly<Record<Name, DuckDBVector>>;
  /** Number of the row to set in every column. Never null: then no validity masks are needed. */
  next(): number;
  flush(): void;
  close(): void;
}

/** Rows in a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

/**
 * Rows by whole chunks of vectors. Measured for 15 columns: 2 µs a row, against 6.5 value by value. The same chunk and
 * vectors serve again and again, because the appender copies what it takes.
 */
export async function openRowWriter<Name extends string>(
  connection: DuckDBConnection,
  table: string,
  types: Readonly<Record<Name, DuckDBType>>,
): Promise<RowWriter<Name>> {
  const appender = await connection.createAppender(table);
  const names = Object.keys(types) as Name[];
  const chunk = DuckDBDataChunk.create(
    names.map((name) => types[name]),
    CHUNK_ROWS,
  );
  const vectors = names.map((_, index) => chunk.getColumnVector(index));
  let rows = 0;

  function writeChunk(): void {
    for (const vector of vectors) vector.flush();
    chunk.rowCount = rows;
    appender.appendDataChunk(chunk);
    rows = 0;
  }

  return {
    columns: Object.fromEntries(names.map((name, index) => [name, vectors[index]])) as Record<Name, DuckDBVector>,
    next() {
      if (rows === CHUNK_ROWS) guardWrite(writeChunk);
      rows += 1;
      return rows - 1;
    },
    flush() {
      if (rows > 0) guardWrite(writeChunk);
      guardWrite(() => appender.flushSync());
    },
    close() {
      appender.clear();
      appender.closeSync();
    },
  };
}

export function createTable(name: string, columns: Readonly<Record<string, DuckDBType>>): string {
  const list = Object.entries(columns).map(([column, type]) => `${column} ${type.toString()}`);
  return `CREATE OR REPLACE TABLE ${name} (${list.join(", ")})`;
}
