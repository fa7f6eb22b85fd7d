import type { SignedDigest } from "../../archive/digest/digest-chain.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { sealAll } from "../duties/seal.ts";
import { signArchive } from "../duties/sign.ts";
import { openSealer } from "../open/archive/sealer.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { formatThings } from "../terminal/quantity.ts";

/**
 * Seals and signs what the demonstration has archived: whether it is intact can be told from then on. Resolves with what is
 * to be said of it, null where a signal stopped it. Rejects with `UsageError` or `IoError`.
 */
export async function demoProof(settings: PipelineSettings): Promise<string | null> {
  const sealed: SealedPlan[] = [];
  const sealer = await openSealer(settings, settings.name);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the span under way is left to the next run");
  try {
    await sealAll(sealer, { withUndated: true, signal: stop.signal }, sealed);
  } finally {
    sealer.close();
    releaseSignals();
  }
  if (stop.signal.aborted) return null;
  const signed: SignedDigest[] = [];
  const [failure] = await signArchive(settings, null, { onSigned: (digest) => signed.push(digest) });
  if (failure !== undefined) throw failure;
  return proofText(sealed, signed);
}

function proofText(sealed: readonly SealedPlan[], signed: readonly SignedDigest[]): string {
  const key = signed.at(-1)?.digest.key;
  if (key === undefined) return "sealed and signed before: nothing is new\n";
  const lines = sealed.reduce((sum, { manifest }) => sum + manifest.lines, 0);
  const objects = signed.reduce((sum, { digest }) => sum + digest.totals.objects, 0);
  const what = `${formatThings(lines, "line")} sealed, and ${formatThings(objects, "object")} signed with key ${key}`;
  return `${what}: whoever changes a byte of them is found out\n`;
}
