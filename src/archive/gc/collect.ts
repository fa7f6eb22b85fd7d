import { IoError } from "../../core/fault.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { markerNames } from "../index-markers.ts";
import type { StoredObject } from "../manifest.ts";
import { measureObject } from "../stored-bytes.ts";
import type { GcPlan, RemovableObject } from "./gc-plan.ts";

export interface CollectOptions {
  readonly store: ObjectStore;
  readonly remover: ObjectRemover;
  /** So many bytes of objects were read. */
  readonly onBytes: (bytes: number) => void;
}

/** What was removed of a stream. */
export interface Collected {
  readonly objects: number;
  readonly bytes: number;
  /** Objects that are not what manifests say of them, and stay. */
  readonly altered: readonly AlteredObject[];
}

export interface AlteredObject {
  readonly said: StoredObject;
  readonly found: StoredObject;
}

/**
 * Removes what a plan says, and their markers. Each object is read before: a worker that was away for long may have
 * put another one under its name. Killed at any moment, or done by several at once, the rest is done next time. Rejects
 * with `IoError`.
 */
export async function collect({ removable, markedGone }: GcPlan, options: CollectOptions): Promise<Collected> {
  const { store, remover, onBytes } = options;
  const removeMarkers = async (name: string): Promise<void> => {
    for (const marker of markerNames(name)) await remover.remove(marker);
  };
  for (const name of markedGone) await removeMarkers(name);
  const altered: AlteredObject[] = [];
  let objects = 0;
  let bytes = 0;
  for (const object of removable) {
    const found = await measureIfThere(store, object, onBytes);
    if (found === null) continue;
    const said = object.said.find((each) => each.sha256 !== found.sha256 || each.size_bytes !== found.size_bytes);
    if (said !== undefined) {
      altered.push({ said, found });
      continue;
    }
    await remover.remove(object.name);
    if (object.isMarked) await removeMarkers(object.name);
    objects += 1;
    bytes += found.size_bytes;
  }
  return { objects, bytes, altered };
}

/** Null where somebody else has removed it meanwhile. */
async function measureIfThere(
  store: ObjectStore,
  { name }: RemovableObject,
  onBytes: (bytes: number) => void,
): Promise<StoredObject | null> {
  try {
    return await measureObject(store, name, onBytes);
  } catch (error) {
    if (error instanceof IoError && error.code === "not_found") return null;
    throw error;
  }
}
