import { chainAsOf, readDigests, signedObjects } from "../../archive/digest/digest-chain.ts";
import { readSealedPlans } from "../../archive/sealed-plan.ts";
import { parseSealedName } from "../../archive/vault-name.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StreamBook } from "./stream-book.ts";

/** A stream as a signed digest, and all before it, say that it was. */
export interface DigestBook {
  readonly book: StreamBook;
  /** When the digest's window ended. */
  readonly endMs: number;
  readonly digest: AsOfDigest;
}

/** Which digest an answer is of. */
export interface AsOfDigest {
  readonly sequence: number;
  /** Of its stored bytes, 64 hex digits. */
  readonly sha256: string;
}

/**
 * The plans that the digests of the stream name up to that one, and nothing that is not sealed: whoever asks, and
 * whenever, finds the same. Rejects with `UsageError` where there is no such digest, with `IoError` where it or what it
 * names cannot be trusted.
 */
export async function readBookAsOf(store: ObjectStore, stream: string, sequence: number): Promise<DigestBook> {
  const chain = chainAsOf(await readDigests(store, stream), sequence);
  const signed = signedObjects(chain);
  const plans = await readSealedPlans(store, stream);
  const found = new Map(plans.map((plan) => [plan.name, plan]));
  const named = [...signed.values()].filter(({ name }) => parseSealedName(name) !== null);
  for (const { name, sha256 } of named) {
    if (found.get(name)?.sha256 === sha256) continue;
    const why = found.has(name) ? "it is not the one that was signed" : "it is missing, and was signed";
    throw new IoError("corrupt", `read "${name}": ${why} (hint: restore it from a copy)`);
  }
  const book = { stream, plans: plans.filter(({ name }) => signed.has(name)), tail: [] };
  const last = chain.digests.at(-1);
  const digest = { sequence, sha256: last?.sha256 ?? "" };
  return { book, endMs: Date.parse(last?.digest.window.to ?? ""), digest };
}
