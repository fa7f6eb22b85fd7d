import type { BucketRules, LifecycleRule } from "../../backends/gcs/bucket-rules.ts";
import type { BucketSettings } from "../../config/pipeline.ts";
import { IoError } from "../../core/fault.ts";
import { DAY_MS } from "../../core/units.ts";
import { vaultPlace } from "./archive-store.ts";
import { openBucketAdmin } from "./bucket.ts";

const PAGE = "docs/how-to/keep-the-archive.md";
const SETUP = "logtally setup PIPELINE";
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
    const keepsWal = roots.includes("wal/") && rules.retention !== null;
    return [
      ...ofRules,
      ...(keepsWal
        ? [`retention of ${name}: it keeps gc from removing write-ahead objects (hint: a vault_bucket for it, ${PAGE})`]
        : []),
      ...(roots.includes("vault/") ? retentionProblems(archive, name, rules) : []),
    ];
  });
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
  if (rule.isOfOldVersions || !reaches(rule, `${prefix === "" ? "" : `${prefix}/`}${root}`)) return null;
  const hint = `(hint: take it away, or give it a matchesPrefix without ${root})`;
  if (rule.action === "Delete" && root !== "facts/") {
    const harm = {
      "vault/": "removes what is sealed and signed",
      "wal/": "removes write-ahead objects, also such as are not sealed; gc removes them when they are",
      "ctl/": "removes what the archive notes for itself",
    }[root];
    return `a lifecycle rule of ${bucket} ${harm} ${hint}`;
  }
  if (rule.action !== "SetStorageClass" || rule.storageClass === HOT_CLASS || root === "vault/") return null;
  return `a lifecycle rule of ${bucket} moves ${root} to ${rule.storageClass}, where each request is charged for ${hint}`;
}

/** True where a rule applies to any name that begins so. */
function reaches({ prefixes }: LifecycleRule, beginning: string): boolean {
  return prefixes === null || prefixes.some((each) => each.startsWith(beginning) || beginning.startsWith(each));
}

function keepingText({ keeping }: BucketSettings, buckets: readonly RuledBucket[]): string {
  const vault = buckets.find(({ roots }) => roots.includes("vault/"));
  const where = buckets.length > 1 ? ` in gs://${vault?.bucket ?? ""}` : "";
  const begin = `sealed${where} as ${keeping.storageClass}`;
  const rules = vault?.rules ?? null;
  if (rules === null) return `${begin}, rules of the bucket that may not be looked at`;
  if (rules.retention === null) return `${begin}, no retention`;
  return `${begin}, kept for ${daysText(rules.retention.ms)}, ${rules.retention.isLocked ? "locked" : "not locked"}`;
}

/** `365 days` */
export function daysText(ms: number): string {
  const days = ms / DAY_MS;
  return `${Number.isInteger(days) ? days : days.toFixed(1)} day${days === 1 ? "" : "s"}`;
}
