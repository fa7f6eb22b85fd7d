import * as z from "zod";
import { canonicalJson, type Json } from "../../archive/canonical-json.ts";
import type { StoredObject } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { KIB, MIB } from "../../core/units.ts";
import { type FactsBasis, type StoredBasis, storedBasis } from "./facts-basis.ts";

/** Of the columns, and of what they mean: a reader of another one derives the facts again. */
export const FACTS_FORMAT = 1;

/** Facts of a segment. */
export interface FactsFile extends StoredObject {
  /** Of the segment. */
  readonly number: number;
  readonly rows: number;
}

/** What makes the facts of a plan count, in the words of the stored JSON; docs/reference/archive-format.md has it. */
export interface Receipt extends StoredBasis {
  readonly format: number;
  readonly program: string;
  readonly manifest: { readonly name: string; readonly sha256: string };
  /** Only of segments that have any. */
  readonly files: readonly FactsFile[];
}

export function receiptOf(
  sealed: SealedPlan,
  basis: FactsBasis,
  program: string,
  files: readonly FactsFile[],
): Receipt {
  const { name, sha256 } = sealed;
  return { format: FACTS_FORMAT, program, manifest: { name, sha256 }, ...storedBasis(basis), files };
}

/** The stored bytes. */
export function receiptBytes(receipt: object): Buffer {
  return Buffer.from(canonicalJson(receipt as Json));
}

/** What is read of a receipt, or of that of a roll-up, whatever else it says. */
const RECEIPT = z.looseObject({
  manifest: z.looseObject({ name: z.string(), sha256: z.string() }).optional(),
  inputs: z.array(z.looseObject({ name: z.string(), sha256: z.string() })).optional(),
  files: z.array(
    z.looseObject({
      name: z.string().regex(/^facts\//),
      size_bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/** More than a receipt usually has, and more than one ever has. */
const FIRST_BYTES = 16 * KIB;
const MOST_BYTES = 16 * MIB;

/**
 * Reads a receipt of facts or of a roll-up. Rejects with `IoError`: `not_found`, or `corrupt`, naming it, for what is
 * none.
 */
export async function readReceipt<Stored extends { readonly files: readonly StoredObject[] }>(
  store: ObjectStore,
  name: string,
): Promise<Stored> {
  const first = await store.read(name, 0, FIRST_BYTES);
  const bytes = first.length < FIRST_BYTES ? first : await store.read(name, 0, MOST_BYTES);
  try {
    const stored = JSON.parse(bytes.toString("utf8")) as Stored | null;
    if (RECEIPT.safeParse(stored).success && stored !== null) return stored;
  } catch (error) {
    throw new IoError("corrupt", `read "${name}": no JSON`, { cause: error });
  }
  throw new IoError("corrupt", `read "${name}": no receipt`);
}
