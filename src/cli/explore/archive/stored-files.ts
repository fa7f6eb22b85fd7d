import { type Difference, differenceOf } from "../../../archive/audit/difference.ts";
import { filesOf } from "../../../archive/manifest.ts";
import type { SealedPlan } from "../../../archive/sealed-plan.ts";
import type { ObjectInfo, ObjectStore } from "../../../core/object-store.ts";
import type { StoredTotals } from "../../../explorer/archive-answers.ts";

/** What is stored, by names and sizes. */
export interface StoredFiles {
  readonly totals: StoredTotals;
  /** Files that manifests name and that are not there. */
  readonly missing: readonly Difference[];
  /** Those that are there, and not as long as they were written. */
  readonly altered: readonly Difference[];
}

/**
 * Lists everything once, and holds against it the files that these manifests name. They have to be read before: a file is
 * there before its manifest, and stays. Rejects with `IoError`.
 */
export async function lookAtStored(store: ObjectStore, plans: readonly SealedPlan[]): Promise<StoredFiles> {
  const wanted = new Map(
    plans.flatMap((plan) => filesOf(plan.manifest.outputs).map((file) => [file.name, { plan, ...file }] as const)),
  );
  const altered: Difference[] = [];
  const [vaultObjects, vaultBytes] = await sumOf(store.list("vault/"), ({ name, sizeBytes: found }) => {
    const file = wanted.get(name);
    if (file === undefined) return;
    wanted.delete(name);
    const { plan, size_bytes: expected } = file;
    if (found === expected) return;
    const what = found < expected ? "it was cut, in bytes" : "bytes were added to it, in bytes";
    altered.push(differenceOf(plan.span.stream, { ...placeOf(plan, name), what, found, expected }));
  });
  const [walObjects, walBytes] = await sumOf(store.list("wal/"), () => undefined);
  const missing = [...wanted.values()].map(({ plan, name }) =>
    differenceOf(plan.span.stream, { ...placeOf(plan, name), what: `it is missing, by the word of "${plan.name}"` }),
  );
  return {
    totals: { vault_objects: vaultObjects, vault_bytes: vaultBytes, wal_objects: walObjects, wal_bytes: walBytes },
    missing,
    altered,
  };
}

function placeOf({ manifest }: SealedPlan, object: string): Pick<Difference, "hour" | "object"> {
  return { hour: manifest.first_hour, object };
}

async function sumOf(
  objects: AsyncIterable<ObjectInfo>,
  onObject: (object: ObjectInfo) => void,
): Promise<readonly [objects: number, bytes: number]> {
  let [count, bytes] = [0, 0];
  for await (const object of objects) {
    count += 1;
    bytes += object.sizeBytes;
    onObject(object);
  }
  return [count, bytes];
}
