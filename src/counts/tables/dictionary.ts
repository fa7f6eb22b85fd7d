import { type DuckDBConnection, UINTEGER, VARCHAR } from "@duckdb/node-api";
import { openRowWriter } from "./row-writer.ts";

/** Codes for texts, as a table of DuckDB has them. */
export interface Dictionary {
  readonly codeOf: (text: string) => number;
  flush(): void;
  /** Forgets all texts; the table is to be emptied by the caller. */
  clear(): void;
  close(): void;
}

export const DICTIONARY_COLUMNS = { code: UINTEGER, value: VARCHAR } as const;

/** Gives codes from 1 on, in the order of arrival. */
export async function openDictionary(connection: DuckDBConnection, table: string): Promise<Dictionary> {
  const codes = new Map<string, number>();
  const rows = await openRowWriter(connection, table, DICTIONARY_COLUMNS);

  function codeOf(text: string): number {
    const known = codes.get(text);
    if (known !== undefined) return known;
    // A copy, because a slice keeps its whole line alive. It also turns lone surrogates, which UTF-8 cannot hold,
    // into U+FFFD here, so that two texts that DuckDB would store alike share one code.
    const copy = Buffer.from(text).toString();
    const code = codes.get(copy) ?? codes.size + 1;
    if (code > codes.size) {
      codes.set(copy, code);
      const row = rows.next();
      rows.columns.code.setItem(row, code);
      rows.columns.value.setItem(row, copy);
    }
    return code;
  }

  return { codeOf, flush: () => rows.flush(), clear: () => codes.clear(), close: () => rows.close() };
}
