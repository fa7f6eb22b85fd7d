import { IoError, UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { KIB, MINUTE_MS } from "../../core/units.ts";
import { type Digest, digestBytes, digestOf } from "./digest.ts";
import { type DigestChain, readDigests, type SignedDigest, signedDigest, signedObjects } from "./digest-chain.ts";
import { digestName } from "./digest-name.ts";
import { MOST_DIGEST_BYTES } from "./digest-shape.ts";
import { distrust } from "./distrust.ts";
import { mayFollow, successorOf } from "./key-ring.ts";
import { publishKey, putSignature } from "./signature.ts";
import type { SigningKey } from "./signing-key.ts";
import { inDigests, measureUnsigned, readUnsigned, type Unsigned } from "./unsigned.ts";

export interface SignOptions {
  readonly store: ObjectStore;
  /** Signs what is due. */
  readonly key: SigningKey;
  /** The one before it: with this one too is finished what it began. */
  readonly oldKey: SigningKey | null;
  readonly nowMs: number;
  /** After so long a digest is due also where it names nothing. */
  readonly intervalMs: number;
  /** So many bytes of objects were read. */
  readonly onBytes: (bytes: number) => void;
  /** Is told of each digest as soon as it is signed, also where the next one fails. */
  readonly onSigned: (digest: SignedDigest) => void;
}

/** Clocks of two signers may differ by so much. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS;
/** That a digest names, unless one plan has more: whoever verifies holds some digests at a time. */
const MOST_OBJECTS = 10_000;
/** Of such an object in a digest, and of all that a digest says beside them. */
const MOST_OBJECT_BYTES = 256;
const MOST_TOTALS_BYTES = 8 * KIB;

/**
 * Signs what is due of a stream, and finishes what a killed signer began; resolves with these digests. Any number may do
 * so at once: each digest is made by one of them. Rejects with `IoError`, and with `UsageError` where it takes another
 * key.
 */
export async function signStream(stream: string, options: SignOptions): Promise<SignedDigest[]> {
  const { store } = options;
  const signed: SignedDigest[] = [];
  for (;;) {
    const chain = await readDigests(store, stream);
    if (chain.unfinished !== null) {
      signed.push(await finishDigest(chain, chain.unfinished, options));
      continue;
    }
    const due = await whatIsDue(chain, options);
    const made = await signAll(chain, due, options);
    signed.push(...made);
    if (made.length === due.length) return signed;
  }
}

/** What the next digests are to name; none where nothing is due. */
async function whatIsDue(chain: DigestChain, { store, key, nowMs, intervalMs }: SignOptions): Promise<Unsigned[]> {
  const { stream, digests } = chain;
  refuseReplaced(chain, key);
  refuseStranger(chain, key, digests.length + 1);
  const unsigned = await readUnsigned(store, stream, signedObjects(chain));
  const mostObjects = Math.min(MOST_OBJECTS, Math.floor((key.mostBytes - MOST_TOTALS_BYTES) / MOST_OBJECT_BYTES));
  const due = inDigests(unsigned, mostObjects);
  const from = digests.at(-1)?.digest.window.to ?? null;
  const isOver = from !== null && nowMs - Date.parse(from) >= intervalMs;
  return due.length === 0 && isOver ? [unsigned] : due;
}

/** Signs one digest after the other; resolves with fewer where another signer was faster, or an earlier try of ours. */
async function signAll(chain: DigestChain, due: readonly Unsigned[], options: SignOptions): Promise<SignedDigest[]> {
  const { store, key, onSigned } = options;
  const made: SignedDigest[] = [];
  let last = chain.digests.at(-1) ?? null;
  for (const unsigned of due) {
    const digest = await nextDigest(chain.stream, last, unsigned, options);
    const name = digestName(chain.stream, digest.sequence);
    const bytes = digestBytes(digest);
    refuseTooLong(name, bytes, key);
    await publishKey(store, key);
    if ((await store.create(name, bytes)) === "exists") return made;
    last = signedDigest(name, bytes, await putSignature(store, name, bytes, key));
    onSigned(last);
    made.push(last);
  }
  return made;
}

async function nextDigest(
  stream: string,
  last: SignedDigest | null,
  unsigned: Unsigned,
  { store, key, nowMs, onBytes }: SignOptions,
): Promise<Digest> {
  const objects = await measureUnsigned(store, unsigned, onBytes);
  const sequence = (last?.digest.sequence ?? 0) + 1;
  const from = last?.digest.window.to ?? null;
  const now = secondText(nowMs);
  // Where the clock of the signer before was ahead.
  const to = from !== null && from > now ? from : now;
  const previous = last === null ? null : { sha256: last.sha256, signature: last.signature };
  const link = { stream, sequence, window: { from: from ?? to, to }, previous, key: key.fingerprint };
  return digestOf(link, unsigned.plans, objects);
}

/**
 * Signs a digest that is there already: the same bytes, and only where they are what a signer would have written of
 * these manifests. Anybody who may create objects could have put it there.
 */
export async function finishDigest(
  chain: DigestChain,
  { name, bytes, digest }: NonNullable<DigestChain["unfinished"]>,
  { store, key, oldKey, nowMs, onBytes, onSigned }: SignOptions,
): Promise<SignedDigest> {
  const beginner = [key, oldKey].find((each) => each?.fingerprint === digest.key);
  if (beginner === undefined || beginner === null) {
    throw new UsageError(
      `sign "${name}": it was begun with key ${digest.key}, not with ${key.fingerprint} ` +
        "(hint: run logtally sign with that key, or give it with --old-key FILE)",
    );
  }
  const { stream, sequence, window, previous } = digest;
  // Begun while its key was being replaced, it can be finished with that one alone, or nothing is signed any more.
  if (beginner === key) refuseReplaced(chain, beginner);
  refuseStranger(chain, beginner, sequence);
  if (Date.parse(window.to) > nowMs + CLOCK_SKEW_MS) {
    throw new IoError(
      "unavailable",
      `sign "${name}": it was begun for the time until ${window.to}, and it is ${secondText(nowMs)} ` +
        "(hint: look at the clocks of those who sign)",
    );
  }
  const signed = signedObjects(chain);
  const named = new Set(digest.objects.map((object) => object.name));
  const unsigned = await readUnsigned(store, stream, signed);
  const plans = unsigned.plans.filter(({ name: plan }) => named.has(plan));
  const abandoned = unsigned.abandoned.filter((segment) => named.has(segment));
  const objects = await measureUnsigned(store, { plans, abandoned }, onBytes);
  const link = { stream, sequence, window, previous, key: beginner.fingerprint };
  if (!digestBytes(digestOf(link, plans, objects)).equals(bytes)) {
    throw distrust(name, "it is not signed, and not what a signer would write of the manifests that it names");
  }
  await publishKey(store, beginner);
  const finished = signedDigest(name, bytes, await putSignature(store, name, bytes, beginner));
  onSigned(finished);
  return finished;
}

/** Stored and not signed it would hold up the chain. Throws `UsageError`. */
function refuseTooLong(name: string, { length }: Buffer, { fingerprint, mostBytes }: SigningKey): void {
  const most = Math.min(mostBytes, MOST_DIGEST_BYTES);
  if (length <= most) return;
  throw new UsageError(
    `sign "${name}": it has ${length} bytes, and key ${fingerprint} signs ${most} at the most ` +
      "(hint: a key in a file signs more; seal fewer hours at a time)",
  );
}

/** Throws `UsageError` where another key has taken this one's place. */
function refuseReplaced({ stream, ring }: DigestChain, { fingerprint }: SigningKey): void {
  const successor = successorOf(ring, fingerprint);
  if (successor === null) return;
  throw new UsageError(`sign stream "${stream}": key ${fingerprint} was replaced by ${successor} (hint: use that one)`);
}

/** Throws `UsageError` where the key may not sign the digest of this number. */
function refuseStranger({ stream, digests, ring }: DigestChain, { fingerprint }: SigningKey, sequence: number): void {
  const last = digests.at(-1)?.digest.key ?? fingerprint;
  if (mayFollow(ring, stream, last, fingerprint, sequence)) return;
  throw new UsageError(
    `sign stream "${stream}": its digests are signed with key ${last}, not with ${fingerprint} ` +
      "(hint: use that one; to change the key, give it once with --old-key FILE)",
  );
}

/** RFC 3339 in whole seconds, cut. */
function secondText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
