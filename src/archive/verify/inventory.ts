import type { ObjectStore } from "../../core/object-store.ts";
import { KEY_PREFIX } from "../digest/digest-name.ts";
import { vaultPrefix } from "../vault-name.ts";
import { type Finding, findingOf } from "./finding.ts";

/** What lies in the vault, by its names alone. */
export interface Inventory {
  /** In order. */
  readonly streams: readonly string[];
  /** All names where the keys are. */
  readonly keyNames: readonly string[];
}

/** What does not belong to a stream. */
export const NO_STREAM = "vault";

const OF_STREAM = /^[a-z0-9-]{1,63}$/;
const VERSION = /^vault\/v([1-9]\d*)\//;

/** Lists the vault, and tells what lies beside its streams and keys. Rejects with `IoError`. */
export async function takeInventory(store: ObjectStore, onFinding: (finding: Finding) => void): Promise<Inventory> {
  const streams = new Set<string>();
  const keyNames: string[] = [];
  const newer = new Set<string>();
  for await (const { name } of store.list("vault/")) {
    const [, version] = VERSION.exec(name) ?? [];
    if (name.startsWith(KEY_PREFIX)) keyNames.push(name);
    else if (name.startsWith(vaultPrefix())) {
      const [stream = "", ...rest] = name.slice(vaultPrefix().length).split("/");
      if (rest.length > 0 && OF_STREAM.test(stream)) streams.add(stream);
      else
        onFinding(findingOf("extra", NO_STREAM, { object: name, what: "it is extra: no stream has such an object" }));
    } else if (version === undefined) {
      onFinding(findingOf("extra", NO_STREAM, { object: name, what: "it is extra: no vault has such an object" }));
    } else if (!newer.has(version)) {
      newer.add(version);
      const what = `format version ${version} is not known to this program (hint: use a newer logtally)`;
      onFinding(findingOf("extra", NO_STREAM, { object: `vault/v${version}/`, what }));
    }
  }
  return { streams: [...streams].toSorted(), keyNames };
}
