/**
 * Goal: what may be reported of a deployment is what the guide's table says, and no more, unless its owner opens it.
 * Method: the table, cell by cell, and every way to open something.
 */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/core/fault.ts";
import {
  checkReporting,
  type Deployment,
  LEVELS,
  type OpenableSegment,
  permissionFor,
  REPORTING_RULES,
  wideningText,
} from "../../src/counts/reporting-policy.ts";
import { SEGMENTS, type Segment } from "../../src/counts/segment.ts";

const DEPLOYMENTS = ["saas", "self_managed"] as const;
const OPENABLE = ["user", "group", "session", "project"] as const;

/** Identifiable level: the rule that forbids it, on saas and on self_managed; null where it is allowed. */
const IDENTIFIABLE: Readonly<Record<Segment, readonly [saas: string | null, selfManaged: string | null]>> = {
  instance: [null, null],
  plan: [null, null],
  group: [null, "self-managed-group"],
  session: [null, "self-managed-session"],
  user: ["saas-user-switched-off", "self-managed-user"],
  project: [null, "self-managed-group"],
  detail: [null, null],
  category: [null, null],
  operation: [null, null],
};

const CELLS = SEGMENTS.flatMap((segment) =>
  DEPLOYMENTS.map((deployment, at) => ({ segment, deployment, rule: IDENTIFIABLE[segment][at] ?? null })),
);

/** The rule by which it is refused; null where it is not. */
function refusal(segment: Segment, deployment: Deployment, opened: readonly OpenableSegment[]): string | null {
  const permission = permissionFor(segment, "identifiable", { deployment, opened });
  return permission.kind === "refused" ? permission.rule.name : null;
}

describe("totals", () => {
  it.each(CELLS)("by $segment are for everybody on $deployment", ({ segment, deployment }) => {
    for (const opened of [[], OPENABLE]) {
      expect(permissionFor(segment, "aggregate", { deployment, opened })).toEqual({ kind: "allowed" });
    }
  });
});

describe("at identifiable level", () => {
  it.each(CELLS)("$segment on $deployment is up to the rule $rule", ({ segment, deployment, rule }) => {
    expect(refusal(segment, deployment, [])).toBe(rule);
  });

  it.each(CELLS)(
    "$segment on $deployment is opened by its own name and by no other",
    ({ segment, deployment, rule }) => {
      const others = OPENABLE.filter((each) => each !== segment);
      expect(refusal(segment, deployment, others)).toBe(rule);
      const permission = checkReporting(segment, "identifiable", { deployment, opened: OPENABLE });
      expect(permission.kind).toBe(rule === null ? "allowed" : "widened");
      if (rule === null) expect(wideningText(permission)).toBeNull();
      else
        expect(wideningText(permission)).toBe(
          `rows by ${segment} are opened by reporting.identifiable, beyond the rule "${rule}"`,
        );
    },
  );
});

describe("a refusal", () => {
  it.each([
    [[], "[project]"],
    [["group"], "[group, project]"],
    [["session", "group"], "[session, group, project]"],
  ] as const)("names the rule, and the setting that would open it beside %j", (opened, setting) => {
    const ask = () => checkReporting("project", "identifiable", { deployment: "self_managed", opened });
    expect(ask).toThrow(UsageError);
    expect(ask).toThrow(
      'count by project at identifiable level: the rule "self-managed-group" does not allow it (hint: the owner of the ' +
        `deployment can, by --set 'reporting.identifiable=${setting}' or in the pipeline's file)`,
    );
  });
});

describe("the rules", () => {
  it("have names of their own, and every one of them refuses something", () => {
    const refusing = CELLS.flatMap(({ rule }) => rule ?? []);
    expect(new Set(refusing)).toEqual(new Set(REPORTING_RULES.map(({ name }) => name)));
    expect(new Set(REPORTING_RULES.map(({ name }) => name)).size).toBe(REPORTING_RULES.length);
    expect(LEVELS).toEqual(["aggregate", "identifiable"]);
  });
});
