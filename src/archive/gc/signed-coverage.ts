import { distrust } from "../digest/distrust.ts";
import type { PlanInput, StoredObject } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { folderOf } from "../vault-name.ts";

/** What plans say of a write-ahead object that they name as input. */
export interface SignedCoverage {
  readonly said: readonly PlanInput[];
  /** The manifests that name it are signed, and all manifests before these plans in their spans. */
  readonly isSigned: boolean;
  /** Those that say that its lines of their spans are sealed. */
  readonly plans: readonly SealedPlan[];
}

const NONE: SignedCoverage = { said: [], isSigned: true, plans: [] };

/**
 * By name of the object. A plan rests on the manifests before it: what they hold it has left out. `plans` are those of a
 * stream, in order. Throws `IoError`, `corrupt` for a manifest that is not the one that was signed.
 */
export function signedCoverage(
  plans: readonly SealedPlan[],
  signed: ReadonlyMap<string, StoredObject>,
): ReadonlyMap<string, SignedCoverage> {
  const revisions = new Map<string, number>();
  const unsigned = new Set<string>();
  const coverage = new Map<string, SignedCoverage>();
  for (const plan of plans) {
    const { span, manifest, isRecord } = plan;
    const folder = folderOf(span);
    const hasSignature = isSignedPlan(plan, signed);
    if (!isRecord) {
      // By revisions, which are what has to be there: a record before it may be lost with all of `ctl`.
      const revision = (revisions.get(folder) ?? 0) + 1;
      if (hasSignature && manifest.revision === revision) revisions.set(folder, revision);
      else unsigned.add(folder);
    }
    for (const input of manifest.inputs) {
      const known = coverage.get(input.name) ?? NONE;
      coverage.set(input.name, {
        said: [...known.said, input],
        isSigned: known.isSigned && !unsigned.has(folder),
        plans: [...known.plans, plan],
      });
    }
  }
  return coverage;
}

function isSignedPlan({ name, sha256 }: SealedPlan, signed: ReadonlyMap<string, StoredObject>): boolean {
  const signature = signed.get(name);
  if (signature !== undefined && signature.sha256 !== sha256) {
    throw distrust(name, "it was altered since it was signed");
  }
  return signature !== undefined;
}
