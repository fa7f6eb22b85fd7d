import { UBIGINT, UUID, VARCHAR } from "@duckdb/node-api";
import { type Conflict, standsBefore, type VariantKey } from "../../archive/manifest.ts";
import type { DuckDb } from "./duck-db.ts";
import { uuidOf, variantNumber } from "./fact-table.ts";
import { createTable, openRowWriter } from "./row-writer.ts";

/** Conflicts of one stream. */
export interface StreamConflicts {
  readonly stream: string;
  readonly conflicts: readonly Conflict[];
}

/** An id with several variants in a stream, over everything that is known of it. */
export interface StandingVariant extends Conflict {
  readonly stream: string;
}

/** Of each id in conflict the variant that stands. */
export function standingVariants(all: readonly StreamConflicts[]): StandingVariant[] {
  const found = new Map<string, StandingVariant>();
  for (const { stream, conflicts } of all) {
    for (const conflict of conflicts) {
      const name = `${conflict.id} ${stream}`;
      const known = found.get(name) ?? { stream, ...conflict };
      const first = standsBefore(conflict.id, keyOf(conflict), keyOf(known)) ? conflict : known;
      found.set(name, { ...known, ...first, stream, variants: Math.max(known.variants, conflict.variants) });
    }
  }
  return [...found.values()];
}

function keyOf({ standing, log }: Conflict): VariantKey {
  return { hash: standing, log };
}

const COLUMNS = { stream: VARCHAR, id: UUID, standing: UBIGINT, log: VARCHAR } as const;

/** Fills the table `conflict`, by which variants that do not stand are left out. Rejects with `IoError`. */
export async function writeConflicts(
  { connection, run }: DuckDb,
  conflicts: readonly StandingVariant[],
): Promise<void> {
  await run(createTable("conflict", COLUMNS));
  const rows = await openRowWriter(connection, "conflict", COLUMNS);
  for (const { stream, id, standing, log } of conflicts) {
    const row = rows.next();
    rows.columns.stream.setItem(row, stream);
    rows.columns.id.setItem(row, uuidOf(id));
    rows.columns.standing.setItem(row, variantNumber(id, standing));
    rows.columns.log.setItem(row, log);
  }
  rows.flush();
  rows.close();
}
