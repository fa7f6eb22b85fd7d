import { KEPT_REASONS } from "../../archive/gc/gc-plan.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { Sample } from "../../observe/metrics.ts";
import type { GcReport } from "./gc-report.ts";

/** What a pass has left of a stream's write-ahead log, why, and for how long. */
export function gcSamples(report: GcReport, nowMs: number, isDryRun: boolean): readonly Sample[] {
  const { plan, altered, unproven } = report;
  const { stream, kept } = plan;
  const ageSeconds = (sinceMs: number | null): number =>
    sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / SECOND_MS;
  return [
    { name: "logtally_oldest_unsealed_seconds", labels: { stream }, value: ageSeconds(plan.oldestUnsealedMs) },
    { name: "logtally_oldest_unsigned_seconds", labels: { stream }, value: ageSeconds(plan.oldestUnsignedMs) },
    {
      name: "logtally_oldest_uncollected_seconds",
      labels: { stream },
      value: ageSeconds(oldestUncollectedMs(report, isDryRun)),
    },
    ...KEPT_REASONS.flatMap((reason): Sample[] => [
      { name: "logtally_wal_objects", labels: { stream, reason }, value: kept[reason].objects },
      { name: "logtally_wal_bytes", labels: { stream, reason }, value: kept[reason].bytes },
    ]),
    {
      name: "logtally_wal_objects",
      labels: { stream, reason: "distrusted" },
      value: altered.length + unproven.length,
    },
  ];
}

/** Of the objects that are sealed and signed and stay: to be indexed, or distrusted. Null where there is none. */
function oldestUncollectedMs({ plan, altered, unproven }: GcReport, isDryRun: boolean): number | null {
  const distrusted = new Set([...altered.map(({ said }) => said.name), ...unproven.map(({ name }) => name)]);
  const objects = plan.removable.filter(({ name }) => isDryRun || distrusted.has(name));
  const staying = objects.map(({ createdAtMs }) => createdAtMs);
  if (plan.oldestUnindexedMs !== null) staying.push(plan.oldestUnindexedMs);
  return staying.length === 0 ? null : staying.reduce((oldest, each) => Math.min(oldest, each));
}
