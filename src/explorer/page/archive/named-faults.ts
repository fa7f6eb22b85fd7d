import type { Difference } from "../../../archive/audit/difference.ts";
import type { Finding } from "../../../archive/verify/finding.ts";
import type { HoursAnswer } from "../../archive-answers.ts";

type Told = Pick<HoursAnswer, "problems" | "findings" | "findings_total">;

/** All that is not as it should be, each object once; `total`: with findings that are not here. */
export interface NamedFaults {
  readonly faults: readonly Difference[];
  readonly total: number;
}

/** What names tell, and what verifications found beside. */
export function namedFaults(told: Told): NamedFaults {
  const { problems, findings_total: total } = told;
  const known = new Set(problems.map(({ object }) => object));
  const found = told.findings.filter((finding) => !isNothingSigned(finding));
  const others = found.filter(({ object }) => object === null || !known.has(object));
  return {
    faults: [...problems, ...others],
    total: problems.length + others.length + (total - told.findings.length),
  };
}

/** That there is nothing signed at all, which has no place, and is said in words. */
function isNothingSigned({ kind, stream }: Finding): boolean {
  return kind === "no_digest" && stream === "vault";
}
