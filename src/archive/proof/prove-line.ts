import type { ObjectStore } from "../../core/object-store.ts";
import { publicKeyName } from "../digest/digest-name.ts";
import { distrust } from "../digest/distrust.ts";
import { readWhole } from "../stored-bytes.ts";
import { checkProof, type ProvedLine } from "./check-proof.ts";
import { findDigest, readKeySteps } from "./evidence.ts";
import { findLineToProve, type LineToProve, type WantedLine } from "./line-to-prove.ts";
import { makeProof } from "./make-proof.ts";
import { locateUnsealed } from "./vault-place.ts";

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
 * signed. Rejects with `UsageError` where there is no such stream or variant, and with `IoError`, naming what of the
 * archive cannot be trusted.
 */
export async function proveLine(store: ObjectStore, wanted: WantedLine): Promise<ProofOutcome> {
  const found = await findLineToProve(store, wanted);
  if (found === null) {
    const object = await locateUnsealed(store, wanted.id);
    return object === null ? { kind: "unknown" } : { kind: "not_sealed", object };
  }
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
