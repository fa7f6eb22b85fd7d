import { createHash } from "node:crypto";
import { IoError, UsageError } from "../../core/fault.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { StoredObject } from "../manifest.ts";
import { parseStored } from "../stored-json.ts";
import type { Digest } from "./digest.ts";
import { digestName, digestPrefix, parseDigestSequence, publicKeyName, signatureName } from "./digest-name.ts";
import { DIGEST_SHAPE } from "./digest-shape.ts";
import { distrust } from "./distrust.ts";
import { type KeyRing, mayFollow, readIfThere, readKeyRing } from "./key-ring.ts";

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

/** Reads that are under way at a time. */
const MOST_READS = 16;

interface StoredDigest {
  readonly name: string;
  readonly bytes: Buffer;
  readonly signature: Buffer | null;
}

/** Rejects with `IoError`, `corrupt` and naming it where a digest, a key or a statement cannot be trusted. */
export async function readDigests(store: ObjectStore, stream: string): Promise<DigestChain> {
  const found = new Set<number>();
  for await (const { name } of store.list(digestPrefix(stream))) {
    const sequence = parseDigestSequence(name);
    // Passed over, it could be a later digest whose name was spoilt.
    if (sequence === null) {
      throw new IoError("corrupt", `verify "${name}": no digest has such a name (hint: move it away)`);
    }
    found.add(sequence);
  }
  const sequences = [...found].toSorted((a, b) => a - b);
  const gap = sequences.findIndex((sequence, index) => sequence !== index + 1);
  if (gap >= 0) throw distrust(digestName(stream, gap + 1), "it is missing, and a later one is there");
  const stored = await inParallel(sequences, MOST_READS, (sequence) => readDigest(store, stream, sequence));
  // After the digests, so that the key of each is there.
  const ring = await readKeyRing(store);
  const digests: SignedDigest[] = [];
  for (const { name, bytes, signature } of stored) {
    const digest = parseDigest(name, bytes);
    checkLink(name, digest, stream, digests);
    if (signature === null) {
      if (digests.length + 1 < stored.length) throw distrust(name, "its signature is missing");
      return { stream, digests, unfinished: { name, bytes, digest }, ring };
    }
    checkSignature({ name, bytes, signature }, digest, digests.at(-1)?.digest ?? null, ring);
    digests.push(signedDigest(name, bytes, signature));
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

async function readDigest(store: ObjectStore, stream: string, sequence: number): Promise<StoredDigest> {
  const name = digestName(stream, sequence);
  const bytes = await readIfThere(store, name);
  if (bytes === null) throw distrust(name, "it is missing, and its signature or a later one is there");
  return { name, bytes, signature: await readIfThere(store, signatureName(name)) };
}

/** Throws `IoError` `corrupt`, naming it and what is wrong, for what no signer wrote. */
export function parseDigest(name: string, bytes: Buffer): Digest {
  return parseStored(bytes, DIGEST_SHAPE, (why, cause) => distrust(name, why, cause)) as Digest;
}

function checkLink(name: string, digest: Digest, stream: string, before: readonly SignedDigest[]): void {
  const last = before.at(-1) ?? null;
  if (digest.stream !== stream || digest.sequence !== before.length + 1) throw distrust(name, "it belongs elsewhere");
  const { previous, window } = digest;
  if (previous?.sha256 !== last?.sha256 || previous?.signature !== last?.signature) {
    throw distrust(name, "it does not follow on the digest before; one of the two was altered or swapped");
  }
  if (window.from !== (last?.digest.window.to ?? window.to) || window.to < window.from) {
    throw distrust(name, "its window does not follow on that of the digest before");
  }
}

function checkSignature(
  { name, bytes, signature }: { readonly name: string; readonly bytes: Buffer; readonly signature: Buffer },
  { stream, sequence, key }: Digest,
  before: Digest | null,
  ring: KeyRing,
): void {
  const verifying = ring.keys.get(key);
  if (verifying === undefined) throw distrust(name, `its key "${publicKeyName(key)}" is missing`);
  if (!verifying.isSignature(bytes, signature)) throw distrust(name, `not signed by key ${key}`);
  if (before !== null && !mayFollow(ring, stream, before.key, key, sequence)) {
    throw distrust(name, `signed by key ${key}, and no statement of key ${before.key} says so`);
  }
}
