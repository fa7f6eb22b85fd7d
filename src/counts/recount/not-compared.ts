import type { PlanOutput } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { UNDATED_DAY } from "../../archive/span.ts";
import { folderOf } from "../../archive/vault-name.ts";

/**
 * What a recount cannot hold against anything, since lines are missing that it rests on: what is written down of them may
 * well be right.
 */
export interface NotCompared {
  /** Plans of which, or before which in their span, bytes are missing or altered: neither figures nor facts. */
  plans: number;
  /** Days whose counts were not compared, `YYYY-MM-DD`. */
  readonly days: Set<string>;
  /** Spans with such a plan, as `<stream>/<day>/<HH>/`. */
  readonly spans: Set<string>;
  /** Names of the segments that are to blame. */
  readonly segments: Set<string>;
}

export function nothingLeftOut(): NotCompared {
  return { plans: 0, days: new Set(), spans: new Set(), segments: new Set() };
}

/** A segment could not be read as it was sealed. */
export function leaveOutSegment({ segments }: NotCompared, { lines, meta }: PlanOutput): void {
  segments.add(lines.name);
  segments.add(meta.name);
}

/** What the plan, those behind it in its span, and the counts of its day say cannot be recounted. */
export function leaveOutSpan({ spans, days }: NotCompared, { span }: SealedPlan): void {
  spans.add(folderOf(span));
  // What has no time lies in no period.
  if (span.day !== UNDATED_DAY) days.add(span.day);
}

/** False where its lines, or lines that it rests on, could not be read. */
export function hasFigures({ spans }: NotCompared, { span }: SealedPlan): boolean {
  return !spans.has(folderOf(span));
}

/** True where the message is about a segment that was told to be broken. */
export function isTold({ segments }: NotCompared, message: string): boolean {
  return [...segments].some((name) => message.includes(`"${name}"`));
}
