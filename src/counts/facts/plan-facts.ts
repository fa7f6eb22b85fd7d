import type { PlanReference } from "../../archive/line-object.ts";
import { isOfObject } from "../../core/fault.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { LocalObjects } from "../../core/local-objects.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type FactsBasis, otherBasis } from "./facts-basis.ts";
import { receiptName } from "./facts-name.ts";
import { type FactsFile, type Receipt, readReceipt } from "./receipt.ts";

/** The facts of a plan as files of this machine, or why there are none, as the end of a sentence about them. */
export type PlanFacts = PlanFiles | NoPlanFacts;

export interface NoPlanFacts {
  readonly missing: string;
  /** There are some of the same lines and catalogue, by another pseudonym key or instance. */
  readonly isOfOthers: boolean;
}

export interface PlanFiles {
  readonly paths: readonly string[];
  readonly files: readonly FactsFile[];
}

/** Plans that are looked for at a time. */
const MOST_READS = 16;

/** Looks for the facts of a plan, and checks every byte of them. Rejects with `IoError` where the store fails. */
export async function findPlanFacts(
  store: ObjectStore,
  local: LocalObjects,
  basis: FactsBasis,
  sealed: PlanReference,
): Promise<PlanFacts> {
  const name = receiptName(basis.catalogue, sealed.span, sealed.manifest.plan);
  let receipt: Receipt;
  try {
    receipt = await readReceipt(store, name);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return { missing: error.code === "not_found" ? `"${name}" is missing` : error.message, isOfOthers: false };
  }
  const stale = whyStale(receipt, basis, sealed);
  if (stale !== null) return { missing: `"${name}" is ${stale.why}`, isOfOthers: stale.isOfOthers };
  try {
    const paths: string[] = [];
    for (const { name: file, size_bytes: sizeBytes, sha256 } of receipt.files) {
      paths.push(await local.fileOf({ name: file, sizeBytes, sha256 }));
    }
    return { paths, files: receipt.files };
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return { missing: error.message, isOfOthers: false };
  }
}

/** The same of several plans, in their order; where one has none, what that lacks. */
export async function findAllFacts(
  store: ObjectStore,
  local: LocalObjects,
  basis: FactsBasis,
  plans: readonly PlanReference[],
): Promise<readonly PlanFiles[] | NoPlanFacts> {
  const found = await inParallel(plans, MOST_READS, (plan) => findPlanFacts(store, local, basis, plan));
  const files: PlanFiles[] = [];
  for (const facts of found) {
    if ("missing" in facts) return facts;
    files.push(facts);
  }
  return files;
}

interface Stale extends Pick<NoPlanFacts, "isOfOthers"> {
  readonly why: string;
}

function whyStale({ manifest, ...stored }: Receipt, basis: FactsBasis, sealed: PlanReference): Stale | null {
  if (manifest.name !== sealed.name || manifest.sha256 !== sealed.sha256) {
    return { why: "of another manifest", isOfOthers: false };
  }
  const other = otherBasis(stored, basis);
  return other === null ? null : { why: `of ${other}`, isOfOthers: true };
}
