/** A body of a request, as JSON has it. */
export type JsonBody = Readonly<Record<string, unknown>>;

/** Something that a cluster keeps by name, as it is put; `_meta.logtally` of a template is a digest of the rest. */
export interface ClusterPart {
  readonly kind: "component template" | "index template" | "lifecycle policy" | "role";
  readonly name: string;
  readonly body: JsonBody;
}
