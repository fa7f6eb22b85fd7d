import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBTimestampTZValue,
  type DuckDBType,
  type DuckDBValue,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import type { CountRow } from "../cube.ts";
import { copyOf } from "../facts/facts-writer.ts";
import { type DuckDbOptions, guardWrite, openDuckDb } from "../tables/duck-db.ts";
import { createTable } from "../tables/row-writer.ts";
import { type CountsHeader, headerFields } from "./counts-header.ts";

export interface CountsParquetOptions extends DuckDbOptions {
  readonly scratch: ScratchFiles;
}

interface Column {
  readonly type: DuckDBType;
  readonly read: (row: CountRow) => DuckDBValue;
}

/** In their order. Times are instants in UTC, to the microsecond: what warehouses take for a timestamp without asking. */
const COLUMNS: Readonly<Record<string, Column>> = {
  event: { type: VARCHAR, read: (row) => row.event },
  segment: { type: VARCHAR, read: (row) => row.segment },
  key: { type: VARCHAR, read: (row) => row.key },
  period: { type: VARCHAR, read: (row) => row.period },
  from: { type: TIMESTAMPTZ, read: (row) => instant(row.from) },
  to: { type: TIMESTAMPTZ, read: (row) => instant(row.to) },
  count: { type: BIGINT, read: (row) => BigInt(row.count) },
  unique_users: { type: BIGINT, read: (row) => BigInt(row.unique_users) },
  sessions: { type: BIGINT, read: (row) => wholeOrNull(row.sessions) },
  sealed: { type: BOOLEAN, read: (row) => row.sealed },
  per_user_mean: { type: DOUBLE, read: (row) => row.per_user?.mean ?? null },
  per_user_median: { type: DOUBLE, read: (row) => row.per_user?.median ?? null },
  per_user_max: { type: BIGINT, read: (row) => wholeOrNull(row.per_user?.max ?? null) },
};

/** Under this key of the file's own metadata stands the header, as JSON. */
const METADATA_KEY = "logtally";
const THREADS = 1;

/** A whole Parquet file: a row for each row, in their order. Rejects with `IoError`. */
export async function countsParquet(
  header: CountsHeader,
  rows: readonly CountRow[],
  options: CountsParquetOptions,
): Promise<Buffer> {
  const db = await openDuckDb(options, THREADS);
  try {
    const types = Object.entries(COLUMNS).map(([name, { type }]) => [`"${name}"`, type] as const);
    await db.run(createTable("counts", Object.fromEntries(types)));
    await append(db.connection, rows);
    const metadata = { [METADATA_KEY]: JSON.stringify(headerFields(header)) };
    return await options.scratch.collect((path) => db.run(copyOf("FROM counts", path, metadata)));
  } finally {
    db.close();
  }
}

async function append(connection: DuckDBConnection, rows: readonly CountRow[]): Promise<void> {
  const appender = await connection.createAppender("counts");
  const columns = Object.values(COLUMNS);
  guardWrite(() => {
    for (const row of rows) {
      for (const { type, read } of columns) appender.appendValue(read(row), type);
      appender.endRow();
    }
    appender.closeSync();
  });
}

function instant(time: string): DuckDBTimestampTZValue {
  return new DuckDBTimestampTZValue(BigInt(Date.parse(time)) * 1000n);
}

function wholeOrNull(number: number | null): bigint | null {
  return number === null ? null : BigInt(number);
}
