import type { Span } from "../../archive/span.ts";
import { storedObject } from "../../archive/stored-bytes.ts";
import { type PutOutcome, putView, type ViewStore } from "../../archive/view-store.ts";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import type { Fact } from "../fact.ts";
import { sqlText } from "../tables/duck-db.ts";
import { type FactColumn, factWords } from "../tables/fact-table.ts";
import type { FactsDatabase } from "./facts-database.ts";
import { factsName } from "./facts-name.ts";
import type { FactsFile } from "./receipt.ts";

export interface FactsWriterOptions {
  /** Used by one writer at a time. */
  readonly database: FactsDatabase;
  readonly views: ViewStore;
  readonly scratch: ScratchFiles;
  /** Digest of the catalogue. */
  readonly catalogue: string;
  readonly span: Span;
  readonly plan: number;
}

/** Writes the facts of a plan, segment by segment, as Parquet files. */
export interface FactsWriter {
  /** Throws `IoError`. */
  append(fact: Fact): void;
  /** All facts of the segment were appended; null where it has none. Rejects with `IoError`. */
  endSegment(number: number): Promise<PutOutcome | null>;
  readonly files: readonly FactsFile[];
  /** Leaves the database to the next one. */
  close(): void;
}

/**
 * The columns of a file, in their order. Sizes and speed of other types were measured: docs/decisions/0016-facts.md has
 * the figures.
 */
export const FACTS_COLUMNS = [
  "time",
  "log",
  "event",
  "operation",
  "detail",
  "instance",
  "plan",
  "root_group",
  "own_group",
  "project",
  "category",
  "user",
  "visitor",
  "id",
  "variant",
] as const satisfies readonly FactColumn[];

export async function openFactsWriter(options: FactsWriterOptions): Promise<FactsWriter> {
  const { database, views, scratch, catalogue, span, plan } = options;
  const { db, table } = await database.open();
  const source = { stream: span.stream, origin: "" };
  const files: FactsFile[] = [];
  return {
    files,
    append: (fact) => table.append(fact, source),
    async endSegment(number) {
      const { rows } = table;
      if (rows === 0) return null;
      table.flush();
      const bytes = await scratch.collect((path) => db.run(copyOf(factWords(FACTS_COLUMNS), path)));
      await table.clear();
      const name = factsName(catalogue, span, plan, number);
      files.push({ number, rows, ...storedObject(name, bytes) });
      return putView(views, name, bytes);
    },
    close() {
      // What is left over is of a plan that came to nothing, or the disk was full.
      if (table.rows > 0) database.close();
    },
  };
}

/** The statement that writes rows as a Parquet file, with what is to stand in the file beside them. */
export function copyOf(rows: string, path: string, metadata: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key}: ${sqlText(value)}`);
  const beside = pairs.length === 0 ? "" : `, KV_METADATA {${pairs.join(", ")}}`;
  return `COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd${beside})`;
}
