import type { BucketAdmin, BucketRules } from "../../../backends/gcs/bucket-rules.ts";
import type { ArchiveSettings, BucketSettings } from "../../../config/pipeline.ts";
import { IoError, UsageError } from "../../../core/fault.ts";
import { ask } from "../../terminal/ask.ts";
import type { SetupStep } from "../setup-step.ts";
import { vaultPlace } from "./archive-store.ts";
import { openBucketAdmin } from "./bucket.ts";
import { daysText } from "./keeping-check.ts";

/** The retention of the vault's bucket, and its lock where that was asked for. Rejects with `IoError`. */
export async function retentionSteps(archive: BucketSettings, locks: boolean): Promise<SetupStep[]> {
  const { retentionMs } = archive.keeping;
  if (retentionMs === null) return [];
  const { bucket } = vaultPlace(archive);
  const admin = await openBucketAdmin(vaultPlace(archive));
  const rules = await admin.read();
  const set: SetupStep = {
    what: `retention of ${daysText(retentionMs)} in gs://${bucket}`,
    state: stateOf(rules, retentionMs),
    async make() {
      // What is not locked may be longer by now, and would be made shorter.
      if (rules === null) throw unseen("set", bucket);
      await admin.setRetention(retentionMs);
    },
  };
  return locks ? [set, lockStep(admin, bucket, retentionMs, rules)] : [set];
}

/** More than was asked for is as good: a policy that is locked cannot be made shorter anyway. */
function stateOf(rules: BucketRules | null, retentionMs: number): SetupStep["state"] {
  if (rules === null) return "unknown";
  if (rules.retention === null) return "missing";
  return rules.retention.ms >= retentionMs ? "there" : "other";
}

function lockStep(admin: BucketAdmin, bucket: string, retentionMs: number, rules: BucketRules | null): SetupStep {
  return {
    what: `lock of that retention in gs://${bucket}`,
    state: rules?.retention?.isLocked === true ? "there" : "missing",
    async make() {
      // As it is now: the step before may have changed it.
      const seen = await admin.read();
      if (seen === null) throw unseen("lock", bucket);
      // Nobody has agreed to another length than the one that was shown.
      if (seen.retention?.ms !== retentionMs) {
        const found = seen.retention === null ? "none" : daysText(seen.retention.ms);
        throw new UsageError(
          `lock the retention of gs://${bucket}: it is ${found}, and archive.retention_days asks for ` +
            `${daysText(retentionMs)} (hint: write there what the bucket has)`,
        );
      }
      await admin.lockRetention(seen);
    },
  };
}

function unseen(deed: string, bucket: string): IoError {
  const hint = "setup needs roles/storage.admin on the bucket";
  return new IoError(
    "denied",
    `${deed} the retention of gs://${bucket}: its rules may not be looked at (hint: ${hint})`,
  );
}

/** Resolves where a person has typed the bucket's name, or said so before. Rejects with `UsageError`. */
export async function confirmLock(archive: ArchiveSettings, isSure: boolean): Promise<void> {
  if (archive.kind === "folder" || archive.keeping.retentionMs === null) {
    throw new UsageError("lock the retention: the pipeline asks for none (hint: archive.retention_days, for a bucket)");
  }
  const { bucket } = vaultPlace(archive);
  const days = daysText(archive.keeping.retentionMs);
  if (isSure) return;
  const what = `lock the retention of gs://${bucket}`;
  if (!process.stdin.isTTY) throw new UsageError(`${what}: nobody can be asked (hint: --yes, if you are sure)`);
  const typed = await ask(
    `For ever: nothing in gs://${bucket} can be removed for ${days} from its upload, by anybody, and nobody can undo this.\n` +
      "That holds for the data of persons too: docs/decisions/erasure.md.\n" +
      "Type the name of the bucket to go on: ",
  );
  if (typed?.trim() !== bucket) throw new UsageError(`${what}: not confirmed, nothing is done (hint: type its name)`);
}
