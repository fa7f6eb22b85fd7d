import { hourOfId } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { publicKeyName } from "../digest/digest-name.ts";
import { distrust } from "../digest/distrust.ts";
import { createSignedManifests } from "../digest/signed-manifests.ts";
import { readWhole } from "../stored-bytes.ts";
import { checkProof, type ProvedLine } from "./check-proof.ts";
import { findDigest, readKeySteps } from "./evidence.ts";
import { chooseLine, type LineToProve, type WantedLine } from "./line-to-prove.ts";
import { makeProof } from "./make-proof.ts";
import { locateInVault, locateUnsealed } from "./vault-place.ts";

/** What came of the wish to prove a line. */
export type ProofOutcome =
  | { readonly kind: "proof"; readonly bytes: Buffer; readonly proved: ProvedLine; readonly found: LineToProve }
  /** It is sealed, and no digest names its manifest. */
  | { readonly kind: "not_signed"; readonly found: LineToProve }
  /** It lies in that write-ahead object alone. */
  | { readonly kind: "not_sealed"; readonly object: string }
  | { readonly kind: "unknown" };

/**
 * Makes the proof of a line, and checks it as whoever gets it will, trusting the oldest key that leads to the one that
 * signed. `onRemark` is told of look-ups that were of no use. Rejects with `UsageError` where there is no such stream or
 * variant, and with `IoError`, naming what of the archive is missing or cannot be trusted.
 */
export async function proveLine(
  store: ObjectStore,
  wanted: WantedLine,
  onRemark: (text: string) => void = () => undefined,
): Promise<ProofOutcome> {
  const { places, manifests, remarks } = await locateInVault(store, wanted.id);
  for (const remark of remarks) onRemark(remark);
  if (places.length === 0) return whyNotSealed(store, wanted.id, manifests);
  const found = await chooseLine(places, wanted);
  const { plan } = found.line.place;
  const digest = await findDigest(store, found.stream, plan.name);
  if (digest === null) return { kind: "not_signed", found };
  const { ring, oldest, steps } = await readKeySteps(store, digest.key);
  const trusted = ring.keys.get(oldest);
  if (trusted === undefined) throw distrust(digest.name, `its key "${publicKeyName(oldest)}" is missing`);
  const manifest = { name: plan.name, bytes: await readWhole(store, plan.name) };
  const bytes = makeProof(found.line, manifest, digest, steps);
  return { kind: "proof", bytes, proved: checkProof(wanted.id, bytes, trusted), found };
}

/** Rejects with `IoError` where the line may have been in a manifest that was signed, and is missing. */
async function whyNotSealed(store: ObjectStore, id: string, seen: ReadonlySet<string>): Promise<ProofOutcome> {
  const hour = hourOfId(id);
  await createSignedManifests(store).refuseMissing((first, last) => first <= hour && hour <= last, seen);
  const object = await locateUnsealed(store, id);
  return object === null ? { kind: "unknown" } : { kind: "not_sealed", object };
}
