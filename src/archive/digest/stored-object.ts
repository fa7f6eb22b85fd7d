import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { measureObject } from "../stored-bytes.ts";

/** Reads an object whole; null where there is none. Rejects with `IoError`. */
export function measureIfThere(
  store: ObjectStore,
  name: string,
  onBytes: (bytes: number) => void,
): Promise<StoredObject | null> {
  return ifThere(measureObject(store, name, onBytes));
}
