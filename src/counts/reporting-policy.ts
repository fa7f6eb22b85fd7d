import { UsageError } from "../core/fault.ts";
import type { Segment } from "./segment.ts";

/** Totals, or a row for each key also where a key is a person's. */
export const LEVELS = ["aggregate", "identifiable"] as const;

export type Level = (typeof LEVELS)[number];

export type Deployment = "saas" | "self_managed";

/** What the owner of a deployment can open beyond the rules. */
export type OpenableSegment = "user" | "group" | "session" | "project";

/** A rule by which something is not reported at identifiable level; whatever no rule names is. */
export interface ReportingRule {
  /** In kebab-case, for messages. */
  readonly name: string;
  readonly deployment: Deployment;
  readonly segments: readonly OpenableSegment[];
  /** A sentence for docs/reference. */
  readonly meaning: string;
}

/** The guide's table of levels. Detail, category and operation name no person; project follows the rules of group. */
export const REPORTING_RULES: readonly ReportingRule[] = [
  {
    name: "saas-user-switched-off",
    deployment: "saas",
    segments: ["user"],
    meaning: "No rows by user, as long as the deployment has not switched them on.",
  },
  {
    name: "self-managed-group",
    deployment: "self_managed",
    segments: ["group", "project"],
    meaning: "No rows by group or project.",
  },
  {
    name: "self-managed-session",
    deployment: "self_managed",
    segments: ["session"],
    meaning: "No rows by session.",
  },
  {
    name: "self-managed-user",
    deployment: "self_managed",
    segments: ["user"],
    meaning: "No rows by user.",
  },
];

/** What a deployment lets be reported. */
export interface ReportingPolicy {
  readonly deployment: Deployment;
  /** Opened by the owner, beyond the rules. */
  readonly opened: readonly OpenableSegment[];
}

/** Whether a segment may be asked at a level; `widened`: only because the owner has opened it. */
export type Permission = GivenPermission | Ruled<"refused">;

export type GivenPermission = { readonly kind: "allowed" } | Ruled<"widened">;

interface Ruled<Kind> {
  readonly kind: Kind;
  readonly segment: OpenableSegment;
  readonly rule: ReportingRule;
}

/** Totals are allowed for every segment. */
export function permissionFor(segment: Segment, level: Level, policy: ReportingPolicy): Permission {
  if (level === "aggregate") return { kind: "allowed" };
  for (const rule of REPORTING_RULES) {
    const named = rule.segments.find((each) => each === segment);
    if (rule.deployment !== policy.deployment || named === undefined) continue;
    return policy.opened.includes(named)
      ? { kind: "widened", segment: named, rule }
      : { kind: "refused", segment: named, rule };
  }
  return { kind: "allowed" };
}

/** Throws `UsageError`, naming the rule, for what may not be reported. */
export function checkReporting(segment: Segment, level: Level, policy: ReportingPolicy): GivenPermission {
  const permission = permissionFor(segment, level, policy);
  if (permission.kind !== "refused") return permission;
  // The setting replaces the list of the pipeline's file.
  const opened = [...policy.opened, permission.segment].join(", ");
  throw new UsageError(
    `count by ${segment} at ${level} level: the rule "${permission.rule.name}" does not allow it (hint: the owner of ` +
      `the deployment can, by --set 'reporting.identifiable=[${opened}]' or in the pipeline's file)`,
  );
}

/** What an answer says that is given only because the owner has opened it; null for any other. */
export function wideningText(permission: GivenPermission): string | null {
  if (permission.kind === "allowed") return null;
  const { segment, rule } = permission;
  return `rows by ${segment} are opened by reporting.identifiable, beyond the rule "${rule.name}"`;
}
