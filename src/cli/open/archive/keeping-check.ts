import type { BucketRules, LifecycleRule } from "../../../backends/gcs/bucket-rules.ts";
import type { BucketSettings } from "../../../config/pipeline.ts";
import { IoError } from "../../../core/fault.ts";
import { DAY_MS } from "../../../core/units.ts";
import { vaultPlace } from "./archive-store.ts";
import { openBucketAdmin } from "./bucket.ts";

const PAGE = "docs/how-to/keep-the-archive.md";
const SETUP = "logtally setup PIPELINE";
const MANIFEST_END = ".json";
/** Reading what is in another class is charged for each request, and removing it for months. */
const HOT_CLASS = "STANDARD";

/** A bucket of an archive, and what it does by itself; null where nobody may look. */
export interface RuledBucket {
  readonly bucket: string;
  /** Of the archive's names in it, those that are kept there. */
  readonly roots: readonly Root[];
  readonly rules: BucketRules | null;
}

type Root = "wal/" | "ctl/" | "facts/" | "vault/";

/** How names below a root end. */
const ENDS: Readonly<Record<Root, readonly string[]>> = {
  "wal/": [".zst"],
  "ctl/": [".json", ".fingerprint", ".waiting", ".done", ".lookup"],
  "facts/": [".parquet", ".json"],
  "vault/": [".zst", MANIFEST_END, ".sig", ".pub"],
};

/** How an archive keeps what is sealed, in words. Rejects with `IoError`, a line for each thing that is not as it should be. */
export async function describeKeeping(archive: BucketSettings): Promise<string> {
  const vault = vaultPlace(archive);
  const isSplit = vault.bucket !== archive.bucket;
  const others: readonly Root[] = ["wal/", "ctl/", "facts/"];
  const buckets: RuledBucket[] = [
    {
      bucket: archive.bucket,
      roots: isSplit ? others : [...others, "vault/"],
      rules: await (await openBucketAdmin(archive)).read(),
    },
  ];
  if (isSplit) {
    buckets.push({ bucket: vault.bucket, roots: ["vault/"], rules: await (await openBucketAdmin(vault)).read() });
  }
  const problems = keepingProblems(archive, buckets);
  if (problems.length > 0) throw new IoError("denied", problems);
  return keepingText(archive, buckets);
}

/** What is missing, weaker than asked, or works against the archive. */
export function keepingProblems(archive: BucketSettings, buckets: readonly RuledBucket[]): string[] {
  return buckets.flatMap(({ bucket, roots, rules }) => {
    if (rules === null) return [];
    const name = `gs://${bucket}`;
    const ofRules = roots.flatMap((root) =>
      rules.lifecycle.flatMap((rule) => ruleProblem(name, archive.prefix, root, rule) ?? []),
    );
    return [
      ...ofRules,
      ...(roots.includes("wal/") ? walProblems(name, archive.prefix, rules) : []),
      ...(roots.includes("vault/") ? retentionProblems(archive, name, rules) : []),
    ];
  });
}

/** What keeps write-ahead objects when they are sealed and signed. */
function walProblems(name: string, prefix: string, rules: BucketRules): string[] {
  const { retention, holdsByDefault, keepsVersions, lifecycle } = rules;
  const removesVersions = lifecycle.some(
    (rule) => rule.action === "Delete" && rule.isOfOldVersions && reaches(rule, prefix, "wal/"),
  );
  const problems: readonly (readonly [isThere: boolean, problem: string])[] = [
    [
      retention !== null,
      `retention of ${name}: it keeps gc from removing write-ahead objects (hint: a vault_bucket for it, ${PAGE})`,
    ],
    [
      holdsByDefault,
      `holds of ${name}: each new object gets one, which keeps gc from removing write-ahead objects (hint: gcloud ` +
        `storage buckets update ${name} --no-default-event-based-hold)`,
    ],
    [
      keepsVersions && !removesVersions,
      `versions of ${name}: what gc removes stays for ever, and is charged for (hint: a lifecycle rule that deletes old ` +
        "versions, or no versioning)",
    ],
  ];
  return problems.flatMap(([isThere, problem]) => (isThere ? [problem] : []));
}

function retentionProblems({ keeping }: BucketSettings, name: string, { retention }: BucketRules): string[] {
  const { retentionMs, isLocked } = keeping;
  if (retentionMs === null) return [];
  const asked = daysText(retentionMs);
  if (retention === null) return [`retention of ${name}: none, asked for are ${asked} (hint: ${SETUP})`];
  if (retention.ms < retentionMs) {
    return [`retention of ${name}: ${daysText(retention.ms)}, asked for are ${asked} (hint: ${SETUP})`];
  }
  if (!isLocked || retention.isLocked) return [];
  return [`retention of ${name}: not locked (hint: ${SETUP} --lock-retention, which nobody can undo)`];
}

/** Null for a rule that does no harm there. */
function ruleProblem(bucket: string, prefix: string, root: Root, rule: LifecycleRule): string | null {
  if (rule.isOfOldVersions || !reaches(rule, prefix, root)) return null;
  const hint = `(hint: take it away, or give it a matchesPrefix without ${root})`;
  const isMoving = rule.action === "SetStorageClass" && rule.storageClass !== HOT_CLASS;
  if (rule.action === "Delete" && root !== "facts/") {
    const harm = {
      "vault/": "removes what is sealed and signed",
      "wal/": "removes write-ahead objects, also such as are not sealed; gc removes them when they are",
      "ctl/": "removes what the archive notes for itself",
    }[root];
    return `a lifecycle rule of ${bucket} ${harm} ${hint}`;
  }
  if (!isMoving) return null;
  const charged = `to ${rule.storageClass}, where each request is charged for`;
  if (root !== "vault/") return `a lifecycle rule of ${bucket} moves ${root} ${charged} ${hint}`;
  if (!mayEndIn(rule, MANIFEST_END)) return null;
  return `a lifecycle rule of ${bucket} moves manifests and digests ${charged} (hint: give it the matchesSuffix .zst)`;
}

/** True where a rule applies to any name below that root. */
function reaches(rule: LifecycleRule, prefix: string, root: Root): boolean {
  const { prefixes } = rule;
  const beginning = `${prefix === "" ? "" : `${prefix}/`}${root}`;
  const mayBegin =
    prefixes === null || prefixes.some((each) => each.startsWith(beginning) || beginning.startsWith(each));
  return mayBegin && ENDS[root].some((end) => mayEndIn(rule, end));
}

function mayEndIn({ suffixes }: LifecycleRule, end: string): boolean {
  return suffixes === null || suffixes.some((each) => each.endsWith(end) || end.endsWith(each));
}

function keepingText({ keeping }: BucketSettings, buckets: readonly RuledBucket[]): string {
  const vault = buckets.find(({ roots }) => roots.includes("vault/"));
  const where = buckets.length > 1 ? ` in gs://${vault?.bucket ?? ""}` : "";
  const rules = vault?.rules ?? null;
  const storageClass = rules?.choosesClasses === true ? "Autoclass chooses" : keeping.storageClass;
  const begin = `sealed${where} as ${storageClass}`;
  if (rules === null) return `${begin}, rules of the bucket that may not be looked at`;
  return [begin, retentionText(rules), ...buckets.flatMap(softDeleteText)].join(", ");
}

function retentionText({ retention }: BucketRules): string {
  if (retention === null) return "no retention";
  return `kept for ${daysText(retention.ms)}, ${retention.isLocked ? "locked" : "not locked"}`;
}

function softDeleteText({ bucket, rules }: RuledBucket): string[] {
  const ms = rules?.softDeleteMs ?? 0;
  return ms === 0 ? [] : [`what is removed from gs://${bucket} goes ${daysText(ms)} later (soft delete)`];
}

/** `365 days` */
export function daysText(ms: number): string {
  const days = ms / DAY_MS;
  return `${Number.isInteger(days) ? days : days.toFixed(1)} day${days === 1 ? "" : "s"}`;
}
