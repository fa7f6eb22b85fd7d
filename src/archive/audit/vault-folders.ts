import type { ObjectStore } from "../../core/object-store.ts";
import { parseSealedName, vaultPrefix } from "../vault-name.ts";

/** What lies in the folder of a span in the vault. */
export interface VaultFolder {
  /** `<stream>/<day>/<HH>/` */
  readonly folder: string;
  readonly day: string;
  readonly hourOfDay: number;
  /** Plans that have a manifest. */
  readonly manifests: Set<number>;
  /** Names of all other objects, in order. */
  readonly segments: string[];
}

const PLACE = /^vault\/v1\/([a-z0-9-]{1,63}\/(\d{4}-\d\d-\d\d|undated)\/(\d\d)\/)/;

/** The folders of a stream, by `folder`. Rejects with `IoError`. */
export async function listFolders(store: ObjectStore, stream: string): Promise<ReadonlyMap<string, VaultFolder>> {
  const folders = new Map<string, VaultFolder>();
  for await (const { name } of store.list(vaultPrefix(stream))) {
    const [, folder, day, hour] = PLACE.exec(name) ?? [];
    // Digests lie beside the days.
    if (folder === undefined || day === undefined) continue;
    const known = folders.get(folder) ?? { folder, day, hourOfDay: Number(hour), manifests: new Set(), segments: [] };
    folders.set(folder, known);
    const plan = parseSealedName(name)?.plan;
    if (plan === undefined) known.segments.push(name);
    else known.manifests.add(plan);
  }
  return folders;
}
