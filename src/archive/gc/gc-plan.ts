import type { ObjectStore } from "../../core/object-store.ts";
import { readDigests, signedObjects } from "../digest/digest-chain.ts";
import { distrust } from "../digest/distrust.ts";
import { listMarks } from "../index-markers.ts";
import { filesOf, type StoredObject } from "../manifest.ts";
import { readPlansOfInputs, type SealedPlan } from "../sealed-plan.ts";
import { readTail, type TailObject } from "../tail.ts";
import { folderOf, vaultPrefix } from "../vault-name.ts";
import { listWal } from "../wal-reader.ts";
import { claimsOf, type SpanClaims } from "./claim.ts";
import type { RemovableObject } from "./removable-object.ts";
import { type SignedCoverage, signedCoverage } from "./signed-coverage.ts";

/** Why a write-ahead object stays. */
export const KEPT_REASONS = ["not_sealed", "not_signed", "not_indexed"] as const;

export type KeptReason = (typeof KEPT_REASONS)[number];

export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

/** What may be removed of a stream. */
export interface GcPlan {
  readonly stream: string;
  readonly removable: readonly RemovableObject[];
  /** What has to be proved before they go. */
  readonly claims: readonly SpanClaims[];
  /** Files of the vault that hold their lines: they have to be whole. */
  readonly holders: readonly StoredObject[];
  readonly kept: Readonly<Record<KeptReason, Amount>>;
  /** When the oldest of the objects that are not sealed came to be there; null where all are. */
  readonly oldestUnsealedMs: number | null;
  /** The same of those that are sealed and not signed. */
  readonly oldestUnsignedMs: number | null;
  /** The same of those that are signed and not indexed. */
  readonly oldestUnindexedMs: number | null;
  /** Objects that are gone and indexed, and whose markers are not gone. */
  readonly markedGone: readonly string[];
}

/**
 * Looks at a stream. Rejects with `IoError`, `corrupt` where the chain of digests, or anything that it names, is not as
 * it was signed: then nothing may be removed.
 */
export async function planGc(store: ObjectStore, stream: string): Promise<GcPlan> {
  const signed = signedObjects(await readDigests(store, stream));
  await checkSizes(store, stream, signed);
  const standing = new Set<string>();
  for await (const { name } of listWal(store, stream)) standing.add(name);
  // What comes to be listed after this has no plan here, and stays.
  const plans = await readPlansOfInputs(store, stream, standing);
  const coverage = signedCoverage(plans, signed);
  const tail = await readTail(store, stream, plans);
  const marks = await listMarks(store, stream);
  const removable: RemovableObject[] = [];
  const kept = noAmounts();
  const oldestMs: Partial<Record<KeptReason, number>> = {};
  for (const each of tail) {
    const { name, sizeBytes, createdAtMs } = each.object;
    const isIndexed = marks.get(name);
    marks.delete(name);
    const reason = keptBecause(each, coverage, isIndexed);
    if (reason === null) {
      const said = coverage.get(name)?.said ?? [];
      removable.push({ name, sizeBytes, createdAtMs, said, isMarked: isIndexed !== undefined });
    } else {
      addTo(kept, reason, sizeBytes);
      oldestMs[reason] = Math.min(oldestMs[reason] ?? createdAtMs, createdAtMs);
    }
  }
  const markedGone = [...marks].filter(([, isIndexed]) => isIndexed).map(([name]) => name);
  const claims = claimsOf(removable, coverage, plans, signed);
  const holders = holdersOf(removable, plans);
  return {
    stream,
    removable,
    claims,
    holders,
    kept,
    oldestUnsealedMs: oldestMs.not_sealed ?? null,
    oldestUnsignedMs: oldestMs.not_signed ?? null,
    oldestUnindexedMs: oldestMs.not_indexed ?? null,
    markedGone,
  };
}

/** All files of the spans that have sealed these objects: a line may lie in an earlier revision. */
function holdersOf(objects: readonly RemovableObject[], plans: readonly SealedPlan[]): StoredObject[] {
  const names = new Set(objects.map(({ name }) => name));
  const reads = ({ manifest }: SealedPlan): boolean => manifest.inputs.some(({ name }) => names.has(name));
  const spans = new Set(plans.filter(reads).map(({ span }) => folderOf(span)));
  return plans.filter(({ span }) => spans.has(folderOf(span))).flatMap(({ manifest }) => filesOf(manifest.outputs));
}

function keptBecause(
  { object, unsealed }: TailObject,
  coverage: ReadonlyMap<string, SignedCoverage>,
  isIndexed: boolean | undefined,
): KeptReason | null {
  if (unsealed.length > 0) return "not_sealed";
  if (coverage.get(object.name)?.isSigned !== true) return "not_signed";
  return isIndexed === false ? "not_indexed" : null;
}

/** What was signed must still be there before a copy of it may go. */
async function checkSizes(
  store: ObjectStore,
  stream: string,
  signed: ReadonlyMap<string, StoredObject>,
): Promise<void> {
  const missing = new Set(signed.keys());
  for await (const { name, sizeBytes } of store.list(vaultPrefix(stream))) {
    const said = signed.get(name);
    if (said !== undefined && said.size_bytes !== sizeBytes) {
      throw distrust(name, `it has ${sizeBytes} bytes, and was signed with ${said.size_bytes}`);
    }
    missing.delete(name);
  }
  const [first] = missing;
  if (first !== undefined) throw distrust(first, "it was signed, and is missing");
}

function noAmounts(): Record<KeptReason, Amount> {
  const none = { objects: 0, bytes: 0 };
  return { not_sealed: none, not_signed: none, not_indexed: none };
}

function addTo(kept: Record<KeptReason, Amount>, reason: KeptReason, sizeBytes: number): void {
  const { objects, bytes } = kept[reason];
  kept[reason] = { objects: objects + 1, bytes: bytes + sizeBytes };
}
