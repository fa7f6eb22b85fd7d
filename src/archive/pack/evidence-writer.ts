import type { ObjectStore } from "../../core/object-store.ts";
import type { SignedDigest } from "../digest/digest-chain.ts";
import { publicKeyName, signatureName, statementName } from "../digest/digest-name.ts";
import { distrust } from "../digest/distrust.ts";
import type { SignedManifests } from "../digest/signed-manifests.ts";
import { readKeySteps } from "../proof/evidence.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { readWhole } from "../stored-bytes.ts";
import type { PackDigest } from "./pack-report.ts";
import type { TarEntry } from "./tar.ts";

/** Puts into a pack what signs its manifests: each object once, and what it rests on before it. */
export interface EvidenceWriter {
  /** In the order in which they were put. */
  readonly digests: readonly PackDigest[];
  /** False where no signed digest names the plan. Rejects with `IoError` where the chain of its stream cannot be trusted. */
  isSigned(plan: SealedPlan): Promise<boolean>;
  /** Puts the manifest of a plan that is signed, and all that it needs. Rejects with `IoError`. */
  put(plan: SealedPlan): Promise<void>;
}

export function createEvidenceWriter(
  store: ObjectStore,
  manifests: SignedManifests,
  emit: (entry: TarEntry) => Promise<void>,
): EvidenceWriter {
  const digests: PackDigest[] = [];
  const done = new Set<string>();
  const copy = async (name: string): Promise<void> => {
    if (done.has(name)) return;
    done.add(name);
    await emit({ name, bytes: await readWhole(store, name) });
  };
  const signerOf = async ({ name, sha256, span }: SealedPlan): Promise<SignedDigest | null> => {
    const signer = (await manifests.ofStream(span.stream)).get(name) ?? null;
    const said = signer?.digest.objects.find((object) => object.name === name)?.sha256 ?? sha256;
    if (said !== sha256) throw distrust(name, `its SHA-256 is ${sha256}, "${signer?.name}" says ${said}`);
    return signer;
  };
  const putKeys = async (key: string): Promise<void> => {
    if (done.has(publicKeyName(key))) return;
    const { oldest, newer } = await readKeySteps(store, key);
    await copy(publicKeyName(oldest));
    for (const each of newer) {
      await copy(statementName(each));
      await copy(signatureName(statementName(each)));
      await copy(publicKeyName(each));
    }
  };
  return {
    digests,
    isSigned: async (plan) => (await signerOf(plan)) !== null,
    async put(plan) {
      const signer = await signerOf(plan);
      if (signer === null) throw new RangeError(`"${plan.name}" is not signed`);
      const { name, sha256, digest } = signer;
      if (!done.has(name)) {
        await putKeys(digest.key);
        await copy(name);
        await copy(signatureName(name));
        digests.push({ name, sha256, key: digest.key, signed_at: digest.window.to });
      }
      await copy(plan.name);
    },
  };
}
