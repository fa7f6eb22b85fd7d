import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { PlanOutput } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { measureObject } from "../stored-bytes.ts";
import { vaultPrefix } from "../vault-name.ts";
import { openOutput } from "../vault-reader.ts";
import { type Difference, type DifferenceParts, differenceOf } from "./difference.ts";

/** The sizes of a stream's objects in the vault. Rejects with `IoError`. */
export async function listVault(store: ObjectStore, stream: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { name, sizeBytes } of store.list(vaultPrefix(stream))) sizes.set(name, sizeBytes);
  return sizes;
}

/** What a segment holds, and what is wrong with it. */
export interface CheckedOutput {
  /** By its block table; null where that cannot be trusted. */
  readonly rows: number | null;
  readonly differences: readonly Difference[];
}

/**
 * Holds a segment against its manifest: that its files are there, as long as they were, with the rows and the root that
 * were written down. `isDeep` reads every byte of both. Rejects with `IoError` where the store fails.
 */
export async function checkOutput(
  store: ObjectStore,
  { span, manifest }: SealedPlan,
  output: PlanOutput,
  sizes: ReadonlyMap<string, number>,
  isDeep: boolean,
): Promise<CheckedOutput> {
  const differences: Difference[] = [];
  const add = (object: string, parts: DifferenceParts): void => {
    differences.push(differenceOf(span.stream, { hour: manifest.first_hour, object, ...parts }));
  };
  for (const { name, size_bytes: expected } of [output.lines, output.meta]) {
    const found = sizes.get(name);
    if (found === undefined) add(name, { what: "the segment is missing" });
    else if (found !== expected) add(name, { what: "the segment has another size, in bytes", found, expected });
  }
  if (differences.length > 0) return { rows: null, differences };
  const table = await tableOf(store, output, (object, what) => add(object, { what }));
  if (table === null) return { rows: null, differences };
  const { rows } = table;
  const { name } = output.lines;
  if (rows !== output.rows) add(name, { what: "the segment has other rows", found: rows, expected: output.rows });
  const root = table.root.toString("hex");
  if (root !== output.root)
    add(name, { what: "the segment holds other lines, by its Merkle root", found: root, expected: output.root });
  if (!isDeep) return { rows, differences };
  for (const object of [output.lines, output.meta]) {
    const { sha256: found } = await measureObject(store, object.name, () => undefined);
    if (found !== object.sha256)
      add(object.name, { what: "the segment has other bytes, by their SHA-256", found, expected: object.sha256 });
  }
  return { rows, differences };
}

async function tableOf(store: ObjectStore, output: PlanOutput, onCorrupt: (object: string, what: string) => void) {
  try {
    return (await openOutput(store, output)).table;
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "corrupt") throw error;
    onCorrupt(output.lines.name, error.message);
    return null;
  }
}
