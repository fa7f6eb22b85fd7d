import type { UnprovenObject } from "../../archive/gc/claim.ts";
import type { AlteredObject, Collected } from "../../archive/gc/collect.ts";
import { type GcPlan, KEPT_REASONS, type KeptReason } from "../../archive/gc/gc-plan.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../core/units.ts";
import { formatBytes, formatThings } from "../terminal/quantity.ts";

/** What was done with a stream, or would be. */
export interface GcReport extends Collected {
  readonly plan: GcPlan;
}

/** For a user who is told of it. */
export function alteredText({ said, found }: AlteredObject): string {
  return (
    `"${said.name}" stays: it has ${found.size_bytes} bytes and SHA-256 ${found.sha256}, and was sealed with ` +
    `${said.size_bytes} bytes and ${said.sha256} (hint: two workers share one writer name, or it was altered: keep a copy)`
  );
}

/** The same of an object that a plan is wrong about. */
export function unprovenText({ name, plan, lines }: UnprovenObject): string {
  const hint = plan.startsWith("ctl/")
    ? "remove that record, run logtally seal and sign"
    : "no sealer writes such a manifest: keep a copy of the object, and look who may create objects";
  return (
    `"${name}" stays: no signed segment has ${formatThings(lines, "line")} of it, though "${plan}" says that all are there ` +
    `(hint: ${hint})`
  );
}

const KEPT_WORDS: Readonly<Record<KeptReason, string>> = {
  not_sealed: "not sealed",
  not_signed: "sealed, not signed",
  not_indexed: "signed, to be indexed",
};

/** As lines. */
export function gcText(
  { plan, objects, bytes, altered, unproven }: GcReport,
  nowMs: number,
  isDryRun: boolean,
): string {
  const names = isDryRun ? plan.removable.map(({ name }) => `would remove ${name}\n`).join("") : "";
  const removed = `${formatThings(objects, "object")}, ${formatBytes(bytes)}`;
  const kept = KEPT_REASONS.filter((reason) => plan.kept[reason].objects > 0).map((reason) => {
    const amount = plan.kept[reason];
    return `  kept, ${KEPT_WORDS[reason]}: ${formatThings(amount.objects, "object")}, ${formatBytes(amount.bytes)}\n`;
  });
  if (altered.length > 0) kept.push(`  kept, altered: ${formatThings(altered.length, "object")}\n`);
  if (unproven.length > 0) kept.push(`  kept, not in the vault: ${formatThings(unproven.length, "object")}\n`);
  const oldest =
    plan.oldestUnsealedMs === null ? "" : `  oldest not sealed: ${ageText(nowMs - plan.oldestUnsealedMs)}\n`;
  return `${names}stream ${plan.stream}: ${isDryRun ? "would remove" : "removed"} ${removed}\n${kept.join("")}${oldest}`;
}

const AGES = [
  { unitMs: DAY_MS, unit: "day" },
  { unitMs: HOUR_MS, unit: "hour" },
  { unitMs: MINUTE_MS, unit: "minute" },
];

/** `12 minutes old` */
function ageText(ageMs: number): string {
  const { unitMs, unit } = AGES.find((age) => ageMs >= age.unitMs) ?? { unitMs: SECOND_MS, unit: "second" };
  // The store's clock may be ahead.
  return `${formatThings(Math.floor(Math.max(0, ageMs) / unitMs), unit)} old`;
}

/** As a line of JSON. */
export function gcJson(
  { plan, objects, bytes, altered, unproven }: GcReport,
  nowMs: number,
  isDryRun: boolean,
): string {
  const { stream, kept, oldestUnsealedMs, removable } = plan;
  const json = {
    stream,
    dry_run: isDryRun,
    removed: { objects, bytes },
    kept: {
      ...kept,
      altered: { objects: altered.length, bytes: altered.reduce((sum, each) => sum + each.found.size_bytes, 0) },
      not_in_vault: { objects: unproven.length, bytes: unproven.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    },
    oldest_unsealed_s:
      oldestUnsealedMs === null ? null : Math.max(0, Math.floor((nowMs - oldestUnsealedMs) / SECOND_MS)),
    ...(isDryRun ? { would_remove: removable.map(({ name }) => name) } : {}),
  };
  return `${JSON.stringify(json)}\n`;
}
