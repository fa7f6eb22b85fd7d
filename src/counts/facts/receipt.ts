import { canonicalJson, type Json } from "../../archive/canonical-json.ts";
import type { StoredObject } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { parseStored, type Refuse } from "../../archive/stored-json.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { KIB, MIB } from "../../core/units.ts";
import { type FactsBasis, type StoredBasis, storedBasis } from "./facts-basis.ts";
import { RECEIPT_SHAPE } from "./receipt-shape.ts";

/** Of the columns, and of what they mean: a reader of another one derives the facts again. */
export const FACTS_FORMAT = 2;

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

/** More than a receipt usually has, and more than one ever has. */
const FIRST_BYTES = 16 * KIB;
const MOST_BYTES = 16 * MIB;

/** Rejects with `IoError`: `not_found`, or `corrupt`, naming it and what is wrong, for what is no receipt of facts. */
export async function readReceipt(store: ObjectStore, name: string): Promise<Receipt> {
  return parseReceipt(name, await readReceiptBytes(store, name));
}

/** Of facts, or of a roll-up. Rejects with `IoError`. */
export async function readReceiptBytes(store: ObjectStore, name: string): Promise<Buffer> {
  const first = await store.read(name, 0, FIRST_BYTES);
  return first.length < FIRST_BYTES ? first : store.read(name, 0, MOST_BYTES);
}

export function parseReceipt(name: string, bytes: Buffer): Receipt {
  return parseStored(bytes, RECEIPT_SHAPE, refusingView(name), FACTS_FORMAT) as Receipt;
}

/** Without a hint: whoever tells of it knows the command that writes it anew. */
export function refusingView(name: string): Refuse {
  return (why, cause) => new IoError("corrupt", `read "${name}": ${why}`, { cause });
}
