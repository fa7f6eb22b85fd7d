import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { measureObject } from "../stored-bytes.ts";

/** Reads an object whole; null where there is none. Rejects with `IoError`. */
export async function measureIfThere(
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
