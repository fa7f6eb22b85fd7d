import type * as z from "zod";
import type { FieldPath } from "../yaml/field-schema.ts";
import type { kibanaFields } from "./kibana-schema.ts";
import { type SecretReference, secretReference } from "./secret.ts";

/** The Kibana that setup brings dashboards to. */
export interface KibanaSettings {
  readonly url: string;
  /** Null: no credentials are sent. */
  readonly apiKey: SecretReference | null;
  /** Null: what the system trusts. */
  readonly caFile: string | null;
  readonly space: string;
}

const SECTION = ["index", "kibana"];

/** `resolvePath` makes a written path absolute, by where it stands. */
export function toKibana(
  { url, api_key: key, ca_file: file, space }: z.output<typeof kibanaFields>,
  resolvePath: (field: FieldPath, written: string) => string,
): KibanaSettings {
  const keyFile = (written: string): string => resolvePath([...SECTION, "api_key", "file"], written);
  return {
    url,
    apiKey: key === undefined ? null : secretReference(key, keyFile),
    caFile: file === undefined ? null : resolvePath([...SECTION, "ca_file"], file),
    space,
  };
}
