import { listDigests, walkDigests } from "../../../archive/digest/chain-walk.ts";
import type { Distrusted } from "../../../archive/digest/distrust.ts";
import { readKeyRing } from "../../../archive/digest/key-ring.ts";
import { listStreams } from "../../../archive/sealed-plan.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { DigestAnswer, DigestChainAnswer, DigestsAnswer } from "../../../explorer/archive-answers.ts";

/** Digests of a stream that are shown. */
const MOST_SHOWN = 100;

/** The chains of digests, each walked from its beginning; what cannot be trusted is said. Rejects with `IoError`. */
export async function digestChains(store: ObjectStore, signal: AbortSignal): Promise<DigestsAnswer> {
  const streams: DigestChainAnswer[] = [];
  for (const stream of await listStreams(store)) streams.push(await digestChain(store, stream, signal));
  return { streams };
}

async function digestChain(store: ObjectStore, stream: string, signal: AbortSignal): Promise<DigestChainAnswer> {
  let problem: string | null = null;
  const onDistrust = ({ object, why }: Distrusted): void => {
    problem ??= `"${object}": ${why}`;
  };
  const sequences = await listDigests(store, stream, onDistrust);
  const ring = await readKeyRing(store, onDistrust);
  const newest: DigestAnswer[] = [];
  for await (const { sha256, isSigned, digest } of walkDigests(store, { stream, sequences, ring, onDistrust })) {
    signal.throwIfAborted();
    const { sequence, window, totals, key } = digest;
    newest.unshift({
      sequence,
      ...window,
      objects: totals.objects,
      size_bytes: totals.size_bytes,
      key,
      sha256,
      is_signed: isSigned,
    });
    if (newest.length > MOST_SHOWN) newest.pop();
  }
  return { stream, total: sequences.length, problem, digests: newest };
}
