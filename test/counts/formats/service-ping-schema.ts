import * as z from "zod";

const number = z.int().nonnegative();
const time = z.iso.datetime();

/** What `counts --format service-ping` prints, from docs/reference/service-ping.md. */
export const servicePingSchema = z.strictObject({
  recorded_at: time,
  counts: z.strictObject({ source_code_pushes: number }),
  redis_hll_counters: z.strictObject({
    source_code: z.strictObject({ project_action_weekly: number, project_action_monthly: number }),
  }),
  usage_activity_by_stage_monthly: z.strictObject({
    create: z.strictObject({ action_monthly_active_users_project_repo: number }),
    enablement: z.strictObject({
      geo_node_usage: z.tuple([
        z.strictObject({ git_fetch_event_count_weekly: number, git_push_event_count_weekly: number }),
      ]),
    }),
  }),
  logtally: z.strictObject({
    as_of: z.iso.date(),
    as_of_digest: z.strictObject({ sequence: number, sha256: z.string() }).nullable(),
    deployment: z.enum(["saas", "self_managed"]),
    instance: z.string().nullable(),
    level: z.literal("aggregate"),
    widened: z.array(z.never()),
    catalogue: z.string().startsWith("sha256:"),
    pseudonym_key: z.string().nullable(),
    sealed_through: time.nullable(),
    definitions: z.array(
      z.strictObject({
        key_path: z.string(),
        event: z.string(),
        event_description: z.string().nullable(),
        segment: z.literal("user"),
        period: z.enum(["all", "28d", "7d"]),
        from: time,
        to: time,
        number: z.enum(["count", "unique_users"]),
        definition: z.string().endsWith("."),
        difference: z.string().endsWith("."),
      }),
    ),
    not_served: z.array(z.strictObject({ key_paths: z.array(z.string()), why: z.string().endsWith(".") })),
  }),
});

/** What stands in a document there; undefined where nothing does. */
export function valueAt(document: unknown, keyPath: string): unknown {
  return keyPath.split(/\.|\[|\]\.?/).reduce<unknown>((inside, name) => {
    return typeof inside === "object" && inside !== null ? (inside as Record<string, unknown>)[name] : undefined;
  }, document);
}
