import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { readSealedPlan, type SealedPlan } from "../sealed-plan.ts";
import { measureObject } from "../stored-bytes.ts";
import { folderOf, parseSealedName, recordPrefix, vaultPrefix } from "../vault-name.ts";
import { distrust } from "./distrust.ts";

/**
 * The plans whose manifests no digest names, in order of names. Rejects with `IoError`, `corrupt` where a plan is
 * missing before one of them.
 */
export async function readUnsignedPlans(
  store: ObjectStore,
  stream: string,
  signed: ReadonlyMap<string, StoredObject>,
): Promise<SealedPlan[]> {
  const manifests: { readonly name: string; readonly sizeBytes: number }[] = [];
  const complete = new Set<string>();
  // A record of the vault's plans may come while they are listed, never one before a plan that was listed.
  for (const prefix of [vaultPrefix(stream), recordPrefix(stream)]) {
    for await (const { name, sizeBytes } of store.list(prefix)) {
      const place = placeOf(name, 0);
      if (place === null) continue;
      complete.add(place);
      if (prefix === vaultPrefix(stream) && !signed.has(name)) manifests.push({ name, sizeBytes });
    }
  }
  const plans: SealedPlan[] = [];
  for (const { name, sizeBytes } of manifests) {
    const before = placeOf(name, -1);
    if (before !== null && !complete.has(before)) {
      throw new IoError(
        "corrupt",
        `sign "${name}": the plan before it is missing, manifest and record (hint: run again; where it stays so, ` +
          "restore it from a copy)",
      );
    }
    plans.push(await readSealedPlan(store, name, sizeBytes));
  }
  return plans;
}

/** A plan of a span, that of the name or so many further; null where there is none. */
function placeOf(name: string, further: number): string | null {
  const sealed = parseSealedName(name);
  if (sealed === null || sealed.plan + further < 1) return null;
  return `${sealed.day}/${sealed.hourOfDay}/${sealed.plan + further}`;
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

async function measureIfThere(
  store: ObjectStore,
  name: string,
  onBytes: (bytes: number) => void,
): Promise<StoredObject | null> {
  try {
    return await measureObject(store, name, onBytes);
  } catch (error) {
    if (error instanceof IoError && error.code === "not_found") return null;
    throw error;
  }
}
