import type { Finding } from "../../../archive/verify/finding.ts";
import type { Level } from "../../archive/verify/verify-report.ts";
import { daysBetween, isBordered, type TimeSpan } from "../../options/time-span.ts";

/** What verifications have found, and none that came after it has found mended. */
export interface StandingFindings {
  /** The newest first, so many at most. */
  readonly found: readonly Found[];
  /** How many more there are. */
  readonly untold: number;
}

interface Found {
  readonly finding: Finding;
  readonly level: Level;
}

/** What a verification looked at, and what it found; `total`: with findings that were not kept. */
export interface Looked {
  readonly level: Level;
  readonly span: TimeSpan;
  readonly findings: readonly Finding[];
  readonly total: number;
}

export const NOTHING_FOUND: StandingFindings = { found: [], untold: 0 };

const MOST_KEPT = 1000;
const DAY_TEXT = /^(?:undated|\d{4}-\d\d-\d\d)/;

/** What stands after one more verification: what it has looked at again goes by its word alone. */
export function standingAfter({ found, untold }: StandingFindings, looked: Looked): StandingFindings {
  const { level, findings, total } = looked;
  const all = [
    ...findings.map((finding) => ({ finding, level })),
    ...found.filter((each) => !isLookedAt(looked, each)),
  ];
  const kept = all.slice(0, MOST_KEPT);
  const untoldBefore = isBordered(looked.span) ? untold : 0;
  return { found: kept, untold: untoldBefore + (total - findings.length) + (all.length - kept.length) };
}

function isLookedAt({ level, span }: Looked, { finding, level: before }: Found): boolean {
  // Whether there is a digest is asked each time, and of what lies in no day nobody knows which days it took to find it.
  if (finding.hour === null) return !isBordered(span) || finding.kind === "no_digest";
  const [day = ""] = DAY_TEXT.exec(finding.hour) ?? [];
  const isAsDeep = level === "full" || before === "hashes";
  return isAsDeep && daysBetween(span)(day);
}
