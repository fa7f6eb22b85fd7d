import type { PeriodName } from "../period.ts";
import type { Segment } from "../segment.ts";

/** A number of Service Ping that one event of system logs gives. */
export interface ServicePingMetric {
  /** Where it stands in the payload: names joined by dots; behind a name `[0]`, the first of a list. */
  readonly keyPath: string;
  readonly event: string;
  readonly period: Exclude<PeriodName, "daily">;
  /** Which number of the row. */
  readonly number: "count" | "unique_users";
  /** What ours is. */
  readonly definition: string;
  /** What theirs is, and how ours differs: whole sentences. */
  readonly difference: string;
}

/** Metrics of Service Ping that are not served. */
export interface MissingMetrics {
  /** `*` stands for the rest of a name. */
  readonly keyPaths: readonly string[];
  readonly why: string;
}

/** The rows are those of this segment: totals without names. A user of two instances counts once in them. */
export const SERVICE_PING_SEGMENT = "user" satisfies Segment;

const PUSHERS_DIFFERENCE =
  "Theirs is the HLL event project_action, which is tracked where a push to a project makes an event, and not at fetches, " +
  "although some descriptions speak of any Git operation. It is an estimate (0.81 % standard error) over complete weeks " +
  "from Monday to Sunday; ours is exact, over days before as_of, which are the same weeks where as_of is a Monday. Whom " +
  "some lines name by number and others by name alone is two users here, and one there. Both leave out wikis, snippets " +
  "and designs. Theirs is of when the background job ran, ours of the time of the line.";

const FROM_SECONDARIES =
  "Theirs stands in a list with a row for each Geo secondary, and is what Prometheus saw there; ours is one row, of all " +
  "lines in the archive. Compare them only where these are the lines of that secondary.";

/** From this table come the payload, its definitions, and docs/reference/service-ping.md. */
export const SERVICE_PING_METRICS: readonly ServicePingMetric[] = [
  {
    keyPath: "counts.source_code_pushes",
    event: "git_ref_update",
    period: "all",
    number: "count",
    definition:
      "Pushes to projects, by clients and by GitLab itself (Web IDE, merge button, commits API): once for each push, " +
      "however many refs it changes.",
    difference:
      "Theirs is a counter in Redis that a background job increments after each push, since the instance was installed or " +
      "its Redis was lost; ours begins with the first line of the archive: compare the growth of both. A job that is run " +
      "again counts twice there, a line that comes again counts once here. A push whose user GitLab cannot name, as with " +
      "a deploy key, counts here and not there. Both leave out wikis and snippets.",
  },
  {
    keyPath: "redis_hll_counters.source_code.project_action_weekly",
    event: "git_ref_update",
    period: "7d",
    number: "unique_users",
    definition: "Distinct users who pushed to a project, by a client or in GitLab itself, in the 7 days before as_of.",
    difference: PUSHERS_DIFFERENCE,
  },
  {
    keyPath: "redis_hll_counters.source_code.project_action_monthly",
    event: "git_ref_update",
    period: "28d",
    number: "unique_users",
    definition: "Distinct users who pushed to a project, by a client or in GitLab itself, in the 28 days before as_of.",
    difference: PUSHERS_DIFFERENCE,
  },
  {
    keyPath: "usage_activity_by_stage_monthly.create.action_monthly_active_users_project_repo",
    event: "git_ref_update",
    period: "28d",
    number: "unique_users",
    definition: "The same number as redis_hll_counters.source_code.project_action_monthly.",
    difference: PUSHERS_DIFFERENCE,
  },
  {
    keyPath: "usage_activity_by_stage_monthly.enablement.geo_node_usage[0].git_fetch_event_count_weekly",
    event: "git_fetch",
    period: "7d",
    number: "count",
    definition: "Clones, fetches and ls-remotes, over HTTP and SSH, in the 7 days before as_of: once for each.",
    difference:
      `${FROM_SECONDARIES} Theirs counts calls of Gitaly, extrapolated over the last 7 days to the second: over HTTP one ` +
      "clone or fetch makes one or two of them, refused and failed ones count too.",
  },
  {
    keyPath: "usage_activity_by_stage_monthly.enablement.geo_node_usage[0].git_push_event_count_weekly",
    event: "git_push",
    period: "7d",
    number: "count",
    definition:
      "Pushes by clients over SSH and HTTP, wikis and snippets too, that were allowed, in the 7 days before as_of: once " +
      "for each.",
    difference:
      `${FROM_SECONDARIES} Theirs counts calls of Gitaly, extrapolated over the last 7 days to the second: pushes that ` +
      "were refused, or changed nothing, count too. Both leave out commits by GitLab itself.",
  },
];

/** Those that somebody would look for. A number that is only nearly right is worse than none. */
export const MISSING_METRICS: readonly MissingMetrics[] = [
  {
    keyPaths: [
      "redis_hll_counters.source_code.git_write_action_*",
      "usage_activity_by_stage_monthly.create.action_monthly_active_users_git_write",
    ],
    why:
      "Users who wrote to projects, wikis or designs, also in the browser: a user of several events would have to count " +
      "once, and wikis and designs have no event of their own.",
  },
  {
    keyPaths: [
      "redis_hll_counters.source_code.wiki_action_*",
      "redis_hll_counters.source_code.design_action_*",
      "usage_activity_by_stage_monthly.create.action_monthly_active_users_wiki_repo",
      "usage_activity_by_stage_monthly.create.action_monthly_active_users_design_management",
    ],
    why: "No event of the standard catalogue tells wikis and designs from other requests.",
  },
  {
    keyPaths: [
      "redis_hll_counters.source_code.merge_request_action_*",
      "usage_activity_by_stage_monthly.create.merge_requests_users",
    ],
    why:
      "Merge requests are opened, closed, merged and commented on in several ways (browser, REST, GraphQL, options of a " +
      "push), and no one event has all of them.",
  },
  {
    keyPaths: ["usage_activity_by_stage_monthly.manage.events"],
    why: "Users with a row in a table of the database, of which no line speaks.",
  },
  {
    keyPaths: ["counts.issues", "counts.notes", "counts.merge_requests"],
    why: "Rows that are there, not events: what was imported, or deleted with its project, has no line.",
  },
  {
    keyPaths: [
      "usage_activity_by_stage.plan.issues",
      "usage_activity_by_stage_monthly.plan.issues",
      "usage_activity_by_stage.create.users_using_path_locks",
      "usage_activity_by_stage_monthly.create.users_using_path_locks",
    ],
    why: "Users with such a row in a table of the database: authors of issues, holders of locks.",
  },
  {
    keyPaths: ["redis_hll_counters.ci_templates.*"],
    why: "Projects and users whose pipelines include a template: a push does not say what its pipeline includes.",
  },
  {
    keyPaths: ["redis_hll_counters.issues_edit.*"],
    why: "A line says that an issue was updated, and not what of it.",
  },
  {
    keyPaths: ["counts_weekly.aggregated_metrics.*", "counts_monthly.aggregated_metrics.*"],
    why: "Users of several events, each once.",
  },
  {
    keyPaths: ["topology.application_requests_per_hour"],
    why:
      "All requests that Prometheus sees, also those of GitLab to itself and of health checks, which no event has. Of " +
      "GraphQL, events count each query of a request.",
  },
  {
    keyPaths: ["active_user_count", "license_*", "*_enabled", "git.*", "gitaly.*", "database.*"],
    why: "The state of the instance, of which no line speaks.",
  },
];
