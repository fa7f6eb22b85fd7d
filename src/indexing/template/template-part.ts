import { createHash } from "node:crypto";
import type { ClusterPart, JsonBody } from "../../core/cluster-part.ts";

/** A template, whose `_meta.logtally` is a digest of the rest but for its version. */
export interface TemplatePart extends ClusterPart {
  readonly kind: "component template" | "index template";
  readonly body: JsonBody & { readonly version: number; readonly _meta: TemplateMeta };
}

export interface TemplateMeta {
  readonly description: string;
  readonly logtally: string;
}

/**
 * Of all templates together. A release that changes one has a higher one, so that an older program leaves what a newer one
 * has put.
 */
const VERSION = 2;
const DIGEST_DIGITS = 16;

export function templatePart(
  kind: TemplatePart["kind"],
  name: string,
  description: string,
  body: JsonBody,
): TemplatePart {
  return { kind, name, body: { ...body, version: VERSION, _meta: { description, logtally: digestOf(body) } } };
}

export function digestOf(body: JsonBody): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, DIGEST_DIGITS);
}
