import { IoError } from "../../../core/fault.ts";
import { ndjsonOf } from "../../../indexing/kibana/saved-object.ts";
import type { ServiceSetup } from "../setup-step.ts";
import { type KibanaIndex, lookAtKibana, openKibanaOf } from "./kibana.ts";

/**
 * Dashboards, searches and data views. What somebody changed in Kibana stays as it is unless `overwritesChanged`. Rejects
 * with `UsageError` for a missing secret, with `IoError`.
 */
export async function openKibanaSetup(index: KibanaIndex, overwritesChanged: boolean): Promise<ServiceSetup> {
  const kibana = await openKibanaOf(index);
  const { objects, state, changed } = await lookAtKibana(kibana, index);
  const words = changed.length === 0 ? "" : `; changed there since they were imported: ${changed.join(", ")}`;
  const isKept = changed.length > 0 && !overwritesChanged;
  const step = {
    what: `${objects.length} objects in Kibana ${kibana.name}${words}`,
    state: state === "there" && changed.length > 0 && overwritesChanged ? "other" : state,
    make: () => (isKept ? Promise.reject(keptFault(kibana.name, changed)) : kibana.importObjects(ndjsonOf(objects))),
  } as const;
  return { steps: [step], byHand: [], close: () => Promise.resolve() };
}

function keptFault(name: string, changed: readonly string[]): IoError {
  const hint = "save them there under names of your own, then: logtally setup PIPELINE --overwrite-changed";
  const why = `they were changed there since they were imported, so nothing was overwritten`;
  return new IoError("denied", `import into Kibana ${name}: ${changed.join(", ")}: ${why} (hint: ${hint})`);
}
