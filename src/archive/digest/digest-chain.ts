import { createHash } from "node:crypto";
import { UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { listDigests, walkDigests } from "./chain-walk.ts";
import { type Digest, parseDigest } from "./digest.ts";
import { refuseAny } from "./distrust.ts";
import { type KeyRing, readKeyRing } from "./key-ring.ts";

/** A digest whose signature is good. */
export interface SignedDigest {
  readonly name: string;
  /** Of the stored bytes, 64 hex digits. */
  readonly sha256: string;
  /** 128 hex digits. */
  readonly signature: string;
  readonly digest: Digest;
}

/** The digests of a stream, as checked: contiguous, chained, signed by keys that may. */
export interface DigestChain {
  readonly stream: string;
  readonly digests: readonly SignedDigest[];
  /** One behind the last that is written and not signed: its signer was killed, or is at it. */
  readonly unfinished: { readonly name: string; readonly bytes: Buffer; readonly digest: Digest } | null;
  readonly ring: KeyRing;
}

/** Rejects with `IoError`, `corrupt` and naming it where a digest, a key or a statement cannot be trusted. */
export async function readDigests(store: ObjectStore, stream: string): Promise<DigestChain> {
  const sequences = await listDigests(store, stream, refuseAny);
  const ring = await readKeyRing(store);
  const digests: SignedDigest[] = [];
  for await (const walked of walkDigests(store, { stream, sequences, ring, onDistrust: refuseAny })) {
    const { name, bytes, sha256, signature, digest } = walked;
    if (signature === null) return { stream, digests, unfinished: { name, bytes, digest }, ring };
    digests.push({ name, sha256, signature, digest });
  }
  return { stream, digests, unfinished: null, ring };
}

/** Every object that the digests name. Where there is none, nothing of the stream is signed. */
export function signedObjects({ digests }: Pick<DigestChain, "digests">): ReadonlyMap<string, StoredObject> {
  return new Map(digests.flatMap(({ digest }) => digest.objects.map((object) => [object.name, object])));
}

/**
 * The chain as it was when its digest of this number was the last one: `signedObjects` of it tells the manifests, the
 * window of its last digest until when. Throws `UsageError` where there is none of that number.
 */
export function chainAsOf(chain: DigestChain, sequence: number): DigestChain {
  const { stream, digests } = chain;
  if (digests[sequence - 1] !== undefined) {
    return { ...chain, digests: digests.slice(0, sequence), unfinished: null };
  }
  const known = digests.length === 0 ? "none is signed (hint: logtally sign)" : `the last one is ${digests.length}`;
  throw new UsageError(`look for digest ${sequence} of stream "${stream}": ${known}`);
}

/** `bytes` are those of a digest. */
export function signedDigest(name: string, bytes: Buffer, signature: Buffer): SignedDigest {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, sha256, signature: signature.toString("hex"), digest: parseDigest(name, bytes) };
}
