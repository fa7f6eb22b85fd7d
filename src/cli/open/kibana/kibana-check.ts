import { isToldError } from "../../process/exit-code.ts";
import { formatThings } from "../../terminal/quantity.ts";
import { type KibanaIndex, lookAtKibana, openKibanaOf } from "./kibana.ts";

const SETUP_HINT = "(hint: logtally setup PIPELINE)";

/**
 * Whether Kibana has the dashboards, in words; changes nothing. No worker needs them, or has the key to Kibana: what is
 * not as it should be is a doubt.
 */
export async function checkKibana(index: KibanaIndex): Promise<string | { readonly doubts: readonly string[] }> {
  try {
    const kibana = await openKibanaOf(index);
    const { version, objects, state, changed } = await lookAtKibana(kibana, index);
    const where = `Kibana ${kibana.name}, version ${version}`;
    if (state === "missing") return { doubts: [`${where}: the dashboards are not there ${SETUP_HINT}`] };
    if (state === "other") return { doubts: [`${where}: the dashboards are of another version ${SETUP_HINT}`] };
    const edited = changed.length === 0 ? "" : `, of which ${changed.join(", ")} changed there`;
    return `${where}: ${formatThings(objects.length, "current object")}${edited}`;
  } catch (error) {
    if (!isToldError(error)) throw error;
    return { doubts: error.lines };
  }
}
