import { BIGINT, BOOLEAN, DuckDBUUIDValue, UBIGINT, UINTEGER, UUID } from "@duckdb/node-api";
import { isIdOf } from "../../core/identity.ts";
import type { Fact } from "../fact.ts";
import { DICTIONARY_COLUMNS, type Dictionary, openDictionary } from "./dictionary.ts";
import type { DuckDb } from "./duck-db.ts";
import { createTable, openRowWriter, type RowWriter } from "./row-writer.ts";

/** Facts of lines that were just read, in DuckDB: as codes, or by `factWords` in words, as Parquet files have them. */
export interface FactTable {
  /** Takes one fact; `source` says where its line lies. Not while a question is open. Throws `IoError`. */
  append(fact: Fact, source: FactSource): void;
  /** Facts since the start, or since it was cleared. */
  readonly rows: number;
  /** Hands everything appended to DuckDB: to be called before each question. Throws `IoError`. */
  flush(): void;
  /** Forgets everything. Rejects with `IoError`. */
  clear(): Promise<void>;
  close(): void;
}

/** What tells facts apart that came from different places, as columns too. */
export interface FactSource {
  readonly stream: string;
  /** A plan or a tail, by any name. */
  readonly origin: string;
}

/** Makes the tables in that database. */
export async function openFactTable({ connection, run }: DuckDb): Promise<FactTable> {
  await run(SCHEMA);
  const dictionary = await openDictionary(connection, "dictionary");
  const facts = await openRowWriter(connection, "fact", FACT_COLUMNS);
  let rows = 0;

  function flush(): void {
    dictionary.flush();
    facts.flush();
  }

  return {
    get rows() {
      return rows;
    },
    append(fact, source) {
      rows += 1;
      writeFact(fact, source, facts, dictionary);
    },
    flush,
    async clear() {
      flush();
      dictionary.clear();
      rows = 0;
      await run("TRUNCATE fact; TRUNCATE dictionary");
    },
    close() {
      dictionary.close();
      facts.close();
    },
  };
}

/**
 * How facts tell variants of an id apart: the first 8 bytes of the hash of the line's bytes. 0 where the id is made of
 * that hash, as it is in every line that is identified by its content; what is 0 stands.
 */
export function variantNumber(id: string, variant: string): bigint {
  return isIdOf(id, variant) ? 0n : BigInt(`0x${variant.slice(0, VARIANT_DIGITS)}`);
}

/** For UUID columns. */
export function uuidOf(hexDigits: string): DuckDBUUIDValue {
  return DuckDBUUIDValue.fromUint128(BigInt(`0x${hexDigits}`));
}

/** A column of facts in words; those of files are all but `stream` and `origin`. */
export type FactColumn = keyof typeof COLUMN_WORDS;

/** SQL of those columns; each that is a word costs a join. */
export function factWords(columns: readonly FactColumn[]): string {
  const selected = columns.map((column) => `${COLUMN_WORDS[column]} AS "${column}"`);
  const coded = columns.filter((column) => COLUMN_WORDS[column].includes(".value"));
  const joins = coded.map((name) => {
    // Nobody has no pseudonym; everything else has a word.
    const join = name === "user" || name === "visitor" ? "LEFT JOIN" : "JOIN";
    return `${join} dictionary of_${name} ON of_${name}.code = fact."${name}"`;
  });
  return `SELECT ${selected.join(", ")} FROM fact ${joins.join(" ")}`;
}

const COLUMN_WORDS = {
  stream: "of_stream.value",
  origin: "of_origin.value",
  time: "make_timestamp_ms(time_ms)",
  log: "of_log.value",
  event: "of_event.value",
  operation: "of_operation.value",
  detail: "of_detail.value",
  instance: "of_instance.value",
  plan: "of_plan.value",
  root_group: "of_root_group.value",
  own_group: "own_group",
  project: "of_project.value",
  category: "of_category.value",
  // What is asked of them may be asked of every word first, and others are no pseudonyms.
  user: "try_cast(of_user.value AS UUID)",
  visitor: "try_cast(of_visitor.value AS UUID)",
  id: "id",
  variant: "nullif(variant, 0)",
} as const;

const VARIANT_DIGITS = 16;

/** What absent dimensions are called. They share a code with a line that says so in these very words. */
const ABSENT = { dimension: "(unknown)", detail: "(none)", operation: "none" } as const;

/** Code of the pseudonym of nobody. */
const NO_CODE = 0;

const FACT_COLUMNS = {
  stream: UINTEGER,
  origin: UINTEGER,
  id: UUID,
  variant: UBIGINT,
  time_ms: BIGINT,
  log: UINTEGER,
  event: UINTEGER,
  operation: UINTEGER,
  detail: UINTEGER,
  instance: UINTEGER,
  plan: UINTEGER,
  root_group: UINTEGER,
  own_group: BOOLEAN,
  project: UINTEGER,
  category: UINTEGER,
  user: UINTEGER,
  visitor: UINTEGER,
} as const;

const SCHEMA = `${createTable("fact", FACT_COLUMNS)}; ${createTable("dictionary", DICTIONARY_COLUMNS)}`;

function writeFact(
  fact: Fact,
  { stream, origin }: FactSource,
  rows: RowWriter<keyof typeof FACT_COLUMNS>,
  { codeOf }: Dictionary,
): void {
  const { columns } = rows;
  const row = rows.next();
  columns.stream.setItem(row, codeOf(stream));
  columns.origin.setItem(row, codeOf(origin));
  columns.id.setItem(row, uuidOf(fact.id));
  columns.variant.setItem(row, variantNumber(fact.id, fact.variant));
  columns.time_ms.setItem(row, BigInt(fact.timeMs));
  columns.log.setItem(row, codeOf(fact.log));
  columns.event.setItem(row, codeOf(fact.event));
  columns.operation.setItem(row, codeOf(fact.operation || ABSENT.operation));
  columns.detail.setItem(row, codeOf(fact.detail || ABSENT.detail));
  columns.instance.setItem(row, codeOf(fact.instance || ABSENT.dimension));
  columns.plan.setItem(row, codeOf(fact.plan || ABSENT.dimension));
  columns.root_group.setItem(row, codeOf(fact.group || ABSENT.dimension));
  columns.own_group.setItem(row, fact.ownsGroup);
  columns.project.setItem(row, codeOf(fact.project || ABSENT.dimension));
  columns.category.setItem(row, codeOf(fact.category || ABSENT.dimension));
  columns.user.setItem(row, fact.user ? codeOf(fact.user) : NO_CODE);
  columns.visitor.setItem(row, fact.visitor ? codeOf(fact.visitor) : NO_CODE);
}
