import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kibana } from "../../../backends/kibana/kibana.ts";
import type { IndexSettings } from "../../../config/pipeline.ts";
import { resolveToken } from "../../../config/secret.ts";
import { DAY_MS } from "../../../core/units.ts";
import { kibanaObjects } from "../../../indexing/kibana/kibana-objects.ts";
import type { KibanaText } from "../../../indexing/kibana/kibana-sources.ts";
import { type SavedObject, tagId } from "../../../indexing/kibana/saved-object.ts";
import { keepSecret } from "../../terminal/secrecy.ts";
import { readCertificates } from "../cluster/cluster.ts";
import { type KibanaState, kibanaState } from "./kibana-state.ts";

export type KibanaIndex = IndexSettings & { readonly kibana: NonNullable<IndexSettings["kibana"]> };

/** Sources of the dashboards, which come with the program. */
const SOURCES = fileURLToPath(new URL("../../../../kibana", import.meta.url));
const API_KEY_HINT = "POST /_security/api_key gives one, as encoded";

/** Asks nothing. Rejects with `UsageError` for a secret or a file that is not there. */
export async function openKibanaOf({ kibana }: KibanaIndex): Promise<Kibana> {
  const { openKibana } = await import("../../../backends/kibana/kibana.ts");
  const stores = { env: process.env, readFile };
  const { url, apiKey, caFile, space } = kibana;
  const key = apiKey === null ? null : await resolveToken("API key for Kibana", apiKey, API_KEY_HINT, stores);
  if (key !== null) keepSecret(key);
  const certificates = caFile === null ? null : await readCertificates(caFile, "index.kibana.ca_file");
  return openKibana({ url, apiKey: key, certificates, space });
}

/** What a pipeline should have in Kibana, and what of it is there. */
export interface KibanaLook extends KibanaState {
  readonly version: string;
  readonly objects: readonly SavedObject[];
}

/** Changes nothing. Rejects with `IoError`. */
export async function lookAtKibana(
  kibana: Kibana,
  { prefix, keepMs, kibana: { space } }: KibanaIndex,
): Promise<KibanaLook> {
  const version = await kibana.version();
  const objects = kibanaObjects(await readKibanaTexts(), { prefix, space }, keepMs / DAY_MS);
  const found = await kibana.taggedObjects(tagId({ prefix, space }));
  return { version, objects, ...kibanaState(objects, found) };
}

/** The files in `kibana/`. */
export async function readKibanaTexts(): Promise<KibanaText[]> {
  const names = await readdir(SOURCES, { recursive: true });
  const files = names.map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".yaml"));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(SOURCES, file), "utf8") })));
}
