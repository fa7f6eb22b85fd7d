import type { ObjectStore } from "../../core/object-store.ts";
import { KEY_PREFIX } from "../digest/digest-name.ts";
import { vaultPrefix } from "../vault-name.ts";
import { type Finding, findingOf } from "./finding.ts";

/** What does not belong to a stream. */
export const NO_STREAM = "vault";

const OF_STREAM = /^[a-z0-9-]{1,63}$/;
const VERSION = /^vault\/v([1-9]\d*)\//;

/** The streams of the vault, in order; tells what lies beside them and the keys. Rejects with `IoError`. */
export async function takeInventory(store: ObjectStore, onFinding: (finding: Finding) => void): Promise<string[]> {
  const streams = new Set<string>();
  const newer = new Set<string>();
  for await (const { name } of store.list("vault/")) {
    const [, version] = VERSION.exec(name) ?? [];
    if (name.startsWith(KEY_PREFIX)) continue;
    if (name.startsWith(vaultPrefix())) {
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
  return [...streams].toSorted();
}
