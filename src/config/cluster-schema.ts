import * as z from "zod";
import { isSafeForSecrets, whyNoService } from "./service-url.ts";
import { serviceUrl } from "./value-schema.ts";

/** Fields of a file that say where an Elasticsearch cluster is. */

const URL = "an http or https URL";
const URLS = "a list of at least one URL";
const INDEX_PREFIX = "1 to 63 of a-z, 0-9, dot, hyphen and underscore, first a letter or digit";

export const DEFAULT_INDEX_PREFIX = "logtally";

export function clusterUrls(description: string) {
  return z
    .array(serviceUrl(URL, /^https?:\/\/[^\s]+$/), { error: URLS })
    .min(1, { error: URLS })
    .meta({ title: URLS, description });
}

export function indexPrefix() {
  return z.string({ error: INDEX_PREFIX }).regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, { error: INDEX_PREFIX });
}

/** The title of such a field. */
export const INDEX_PREFIX_TITLE = INDEX_PREFIX;

interface KeyedCluster {
  readonly urls?: readonly string[] | undefined;
  readonly api_key?: { readonly plain_http: boolean } | undefined;
}

/** URLs, by position, by which everybody on the way could read the API key. */
export function unsafeUrls({ urls = [], api_key: key }: KeyedCluster): readonly number[] {
  if (key === undefined || key.plain_http) return [];
  // What is wrong with the URL itself is told already.
  return [...urls.keys()].filter((at) => whyNoService(urls[at] ?? "") === null && !isSafeForSecrets(urls[at] ?? ""));
}

/** What is expected of such a URL instead; `keyField` is the key's name in the file. */
export function httpsFor(keyField: string): string {
  return `an https URL, or one of this machine, as ${keyField} goes there (or api_key.plain_http: true)`;
}
