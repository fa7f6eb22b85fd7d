import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { digestPrefix } from "../digest/digest-name.ts";
import { vaultPrefix } from "../vault-name.ts";

/** What lies in the vault of a day of a stream. */
export interface VaultDay {
  /** `YYYY-MM-DD` or `undated`; null: beside the days, where nothing should lie. */
  readonly day: string | null;
  /** By name, in order. */
  readonly objects: ReadonlyMap<string, ObjectInfo>;
}

const DAY = /^(?:\d{4}-\d\d-\d\d|undated)$/;

/** The days of a stream in order, without its digests; what lies beside them comes one by one. Rejects with `IoError`. */
export async function* eachVaultDay(store: ObjectStore, stream: string): AsyncIterable<VaultDay> {
  const prefix = vaultPrefix(stream);
  const digests = digestPrefix(stream);
  let day: string | null = null;
  let objects = new Map<string, ObjectInfo>();
  for await (const object of store.list(prefix)) {
    if (object.name.startsWith(digests)) continue;
    const [folder = "", ...rest] = object.name.slice(prefix.length).split("/");
    const ofObject = rest.length > 0 && DAY.test(folder) ? folder : null;
    if (objects.size > 0 && (ofObject !== day || ofObject === null)) {
      yield { day, objects };
      objects = new Map();
    }
    day = ofObject;
    objects.set(object.name, object);
  }
  if (objects.size > 0) yield { day, objects };
}
