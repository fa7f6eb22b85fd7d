import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { readSealedPlan, type SealedPlan } from "../sealed-plan.ts";
import { folderOf, parseSealedName, type SealedName, vaultPrefix } from "../vault-name.ts";
import { distrust } from "./distrust.ts";
import { measureIfThere } from "./stored-object.ts";

/**
 * The plans whose manifests no digest names, each span's in their order. Rejects with `IoError`, `corrupt` where a
 * manifest is missing before one of them. Records are no part of that: they are lost with `ctl`, and nothing rests on them.
 */
export async function readUnsignedPlans(
  store: ObjectStore,
  stream: string,
  signed: ReadonlyMap<string, StoredObject>,
): Promise<SealedPlan[]> {
  const manifests: (SealedName & { readonly name: string; readonly sizeBytes: number })[] = [];
  for await (const { name, sizeBytes } of store.list(vaultPrefix(stream))) {
    const parsed = parseSealedName(name);
    if (parsed !== null) manifests.push({ ...parsed, name, sizeBytes });
  }
  manifests.sort((a, b) => a.plan - b.plan);
  const revisions = new Map<string, number>();
  const plans: SealedPlan[] = [];
  for (const { name, sizeBytes, day, hourOfDay } of manifests) {
    const span = `${day}/${hourOfDay}`;
    const revision = (revisions.get(span) ?? 0) + 1;
    revisions.set(span, revision);
    if (signed.has(name)) continue;
    const plan = await readSealedPlan(store, name, sizeBytes);
    if (plan.manifest.revision !== revision) {
      throw new IoError(
        "corrupt",
        `sign "${name}": it is revision ${plan.manifest.revision} of its hours, and revision ${revision} is missing ` +
          "(hint: run again; where it stays so, restore it from a copy)",
      );
    }
    plans.push(plan);
  }
  return plans;
}

/**
 * The manifests of plans and all objects that they name, as they are stored: read whole, and held against what the
 * manifests say. Rejects with `IoError`, `corrupt` and naming it where one is missing or altered.
 */
export async function measurePlans(
  store: ObjectStore,
  plans: readonly SealedPlan[],
  signed: ReadonlyMap<string, StoredObject>,
  onBytes: (bytes: number) => void,
): Promise<StoredObject[]> {
  const objects = new Map<string, StoredObject>();
  for (const { name, sizeBytes, sha256, span, manifest } of plans) {
    objects.set(name, { name, size_bytes: sizeBytes, sha256 });
    for (const said of manifest.outputs.flatMap(({ lines, meta }) => [lines, meta])) {
      if (!said.name.startsWith(vaultPrefix() + folderOf(span))) {
        throw distrust(name, `it names "${said.name}", of another place`);
      }
      const found = await measureIfThere(store, said.name, onBytes);
      checkAsSaid(name, said, found);
      objects.set(said.name, said);
    }
    for (const abandoned of manifest.abandoned) {
      const found = signed.has(abandoned) ? null : await measureIfThere(store, abandoned, onBytes);
      if (found !== null) objects.set(abandoned, found);
    }
  }
  return [...objects.values()];
}

function checkAsSaid(manifest: string, said: StoredObject, found: StoredObject | null): void {
  if (found === null) throw distrust(said.name, `it is missing, and "${manifest}" names it`);
  if (found.size_bytes !== said.size_bytes) {
    throw distrust(said.name, `it has ${found.size_bytes} bytes, "${manifest}" says ${said.size_bytes}`);
  }
  if (found.sha256 !== said.sha256) {
    throw distrust(said.name, `its SHA-256 is ${found.sha256}, "${manifest}" says ${said.sha256}`);
  }
}
