/**
 * Goal: the numbers stand where a reader of Service Ping looks for them, each with what it is, and nothing else does.
 * Method: the document of sample rows against a schema that is written from docs/reference/service-ping.md, and against
 * the rows by each of its own definitions.
 */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { CountRow } from "../../../src/counts/cube.ts";
import { countsServicePing, SERVICE_PING_QUERY } from "../../../src/counts/formats/service-ping.ts";
import { STANDARD } from "../../derive/standard-events.ts";
import { row } from "../sample-rows.ts";
import { HEADER } from "./sample-header.ts";
import { servicePingSchema, valueAt } from "./service-ping-schema.ts";

/** A row for each event and period that is asked for, no two with the same numbers. */
const ROWS: readonly CountRow[] = SERVICE_PING_QUERY.events.flatMap((event, at) =>
  SERVICE_PING_QUERY.periods.map((period, of) => {
    return row({ event, period, segment: "user", key: null, count: 100 * at + 10 * of + 1, unique_users: 7 * at + of });
  }),
);

const documentOf = (rows: readonly CountRow[], header = HEADER) =>
  servicePingSchema.parse(JSON.parse(countsServicePing(header, rows, STANDARD)));

describe("the document", () => {
  it("has the numbers of the rows that its definitions name, in their places", () => {
    const document = documentOf(ROWS);
    for (const { key_path, event, segment, period, number } of document.logtally.definitions) {
      const found = ROWS.find((each) => each.event === event && each.segment === segment && each.period === period);
      expect([key_path, valueAt(document, key_path)]).toEqual([key_path, found?.[number]]);
    }
  });

  it("counts pushes as Service Ping does, by refs that changed and not by questions", () => {
    const of = (event: string, period: string) =>
      ROWS.find((each) => each.event === event && each.period === period) as CountRow;
    const { logtally: _, recorded_at, ...payload } = documentOf(ROWS);
    expect(recorded_at).toBe("2020-12-24T00:00:00Z");
    expect(payload).toEqual({
      counts: { source_code_pushes: of("git_ref_update", "all").count },
      redis_hll_counters: {
        source_code: {
          project_action_weekly: of("git_ref_update", "7d").unique_users,
          project_action_monthly: of("git_ref_update", "28d").unique_users,
        },
      },
      usage_activity_by_stage_monthly: {
        create: { action_monthly_active_users_project_repo: of("git_ref_update", "28d").unique_users },
        enablement: {
          geo_node_usage: [
            {
              git_fetch_event_count_weekly: of("git_fetch", "7d").count,
              git_push_event_count_weekly: of("git_push", "7d").count,
            },
          ],
        },
      },
    });
  });

  it("says 0 where nothing was counted, and nothing of a fault's -1", () => {
    const document = documentOf([]);
    for (const { key_path } of document.logtally.definitions) expect(valueAt(document, key_path)).toBe(0);
  });

  it("says what it is of, and by which catalogue an event is what", () => {
    const asOfDigest = { sequence: 3, sha256: "a".repeat(64) };
    const header = { ...HEADER, asOfDigest, instance: null, sealedThrough: null };
    const text = countsServicePing(header, ROWS, { events: [] });
    expect(servicePingSchema.parse(JSON.parse(text)).logtally).toMatchObject({
      as_of: "2020-12-24",
      as_of_digest: asOfDigest,
      instance: null,
      sealed_through: null,
      definitions: [
        { event_description: null, from: "2000-01-01T00:00:00Z", to: "2020-12-24T00:00:00Z" },
        {},
        {},
        {},
        {},
        {},
      ],
    });
    expect(documentOf(ROWS).logtally.definitions[0]?.event_description).toContain("source_code_pushes");
  });
});

/** Of each metric that somebody who compares counts with Service Ping looks for, the key; whether it is served. */
const COMPARED: readonly (readonly [keyPath: string, isServed: boolean])[] = [
  ["counts.source_code_pushes", true],
  ["redis_hll_counters.source_code.project_action_weekly", true],
  ["redis_hll_counters.source_code.project_action_monthly", true],
  ["usage_activity_by_stage_monthly.create.action_monthly_active_users_project_repo", true],
  ["usage_activity_by_stage_monthly.enablement.geo_node_usage[0].git_fetch_event_count_weekly", true],
  ["usage_activity_by_stage_monthly.enablement.geo_node_usage[0].git_push_event_count_weekly", true],
  ["redis_hll_counters.source_code.git_write_action_weekly", false],
  ["redis_hll_counters.source_code.git_write_action_monthly", false],
  ["usage_activity_by_stage_monthly.create.action_monthly_active_users_git_write", false],
  ["redis_hll_counters.source_code.wiki_action_monthly", false],
  ["redis_hll_counters.source_code.design_action_monthly", false],
  ["usage_activity_by_stage_monthly.create.action_monthly_active_users_wiki_repo", false],
  ["usage_activity_by_stage_monthly.create.action_monthly_active_users_design_management", false],
  ["redis_hll_counters.source_code.merge_request_action_weekly", false],
  ["usage_activity_by_stage_monthly.create.merge_requests_users", false],
  ["usage_activity_by_stage_monthly.manage.events", false],
  ["counts.issues", false],
  ["counts.notes", false],
  ["counts.merge_requests", false],
  ["usage_activity_by_stage.plan.issues", false],
  ["usage_activity_by_stage_monthly.plan.issues", false],
  ["redis_hll_counters.issues_edit.g_project_management_issue_title_changed_weekly", false],
  ["topology.application_requests_per_hour", false],
  ["usage_activity_by_stage.create.users_using_path_locks", false],
  ["redis_hll_counters.ci_templates.p_ci_templates_auto_devops_weekly", false],
];

describe("each metric to compare with", () => {
  it.each(COMPARED)("%s is served, or it is said why it is not", (keyPath, isServed) => {
    const document = documentOf(ROWS);
    const { definitions, not_served: missing } = document.logtally;
    const named = missing.filter(({ key_paths }) => key_paths.some((pattern) => isNamedBy(keyPath, pattern)));
    expect(definitions.filter(({ key_path }) => key_path === keyPath)).toHaveLength(isServed ? 1 : 0);
    expect(typeof valueAt(document, keyPath)).toBe(isServed ? "number" : "undefined");
    expect(named).toHaveLength(isServed ? 0 : 1);
  });
});

/** `*` stands for the rest of a name. */
function isNamedBy(keyPath: string, pattern: string): boolean {
  return pattern.endsWith("*") ? keyPath.startsWith(pattern.slice(0, -1)) : keyPath === pattern;
}

describe("the schema of these tests", () => {
  it.each([
    ["a metric that nobody defined", (text: string) => text.replace('"counts": {', '"counts": {"issues": 1,')],
    ["a section of it", (text: string) => text.replace('"counts": {', '"counts_weekly": {}, "counts": {')],
    ["a fallback", (text: string) => text.replace(/"source_code_pushes": \d+/, '"source_code_pushes": -1')],
    ["null", (text: string) => text.replace(/"source_code_pushes": \d+/, '"source_code_pushes": null')],
    ["a definition without its difference", (text: string) => text.replace('"difference"', '"differs"')],
  ])("refuses %s", (_name, change) => {
    const text = countsServicePing(HEADER, ROWS, STANDARD);
    expect(change(text)).not.toBe(text);
    expect(() => servicePingSchema.parse(JSON.parse(change(text)))).toThrow(z.ZodError);
  });
});
