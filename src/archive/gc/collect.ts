import type { ObjectRemover } from "../../core/object-remover.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { distrust } from "../digest/distrust.ts";
import { measureIfThere } from "../digest/stored-object.ts";
import { markerNames } from "../index-markers.ts";
import type { StoredObject } from "../manifest.ts";
import { findUnproven, type SpanClaims, type UnprovenObject } from "./claim.ts";
import type { GcPlan } from "./gc-plan.ts";
import { untrueOf } from "./removable-object.ts";

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
  /** Objects that are not what plans say of them, and stay. */
  readonly altered: readonly AlteredObject[];
  /** Objects with lines that are not where plans say that they are. They stay. */
  readonly unproven: readonly UnprovenObject[];
}

export interface AlteredObject {
  readonly said: StoredObject;
  readonly found: StoredObject;
}

/**
 * Removes what a plan says, and their markers. Each object is read before: a worker that was away for long may have
 * put another one under its name. The files of the vault that hold their lines are read first, and each line is looked for
 * in them. Killed at any moment, or done by several at once, the rest is done next time. Rejects with `IoError`.
 */
export async function collect(
  { removable, claims, holders, markedGone }: GcPlan,
  { store, remover, onBytes }: CollectOptions,
): Promise<Collected> {
  const removeMarkers = async (name: string): Promise<void> => {
    for (const marker of markerNames(name)) await remover.remove(marker);
  };
  for (const name of markedGone) await removeMarkers(name);
  // Also of those that stay after all: the copy that goes may be the last that is whole.
  for (const holder of holders) {
    const found = await measureIfThere(store, holder.name, onBytes);
    if (found?.sha256 !== holder.sha256) throw distrust(holder.name, "its bytes are not those that were signed");
  }
  const unproven = await findAllUnproven(store, claims);
  const altered: AlteredObject[] = [];
  let objects = 0;
  let bytes = 0;
  for (const object of removable) {
    if (unproven.has(object.name)) continue;
    const found = await measureIfThere(store, object.name, onBytes);
    // Somebody else has removed it meanwhile.
    if (found === null) continue;
    const said = untrueOf(object, found);
    if (said !== undefined) {
      altered.push({ said, found });
      continue;
    }
    await remover.remove(object.name);
    if (object.isMarked) await removeMarkers(object.name);
    objects += 1;
    bytes += found.size_bytes;
  }
  return { objects, bytes, altered, unproven: [...unproven.values()] };
}

/** By name; of one with lines of several spans what is missing of all. */
async function findAllUnproven(
  store: ObjectStore,
  claims: readonly SpanClaims[],
): Promise<ReadonlyMap<string, UnprovenObject>> {
  const unproven = new Map<string, UnprovenObject>();
  for (const ofSpan of claims) {
    for (const found of await findUnproven(store, ofSpan)) {
      const known = unproven.get(found.name);
      unproven.set(found.name, known === undefined ? found : { ...known, lines: known.lines + found.lines });
    }
  }
  return unproven;
}
