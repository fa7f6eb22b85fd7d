import { createHash } from "node:crypto";
import { ifThere } from "../../core/if-there.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { readWhole } from "../stored-bytes.ts";
import type { Digest } from "./digest.ts";
import { digestName, digestPrefix, parseDigestSequence, publicKeyName, signatureName } from "./digest-name.ts";
import { DIGEST_SHAPE, MOST_DIGEST_BYTES } from "./digest-shape.ts";
import type { DistrustKind, OnDistrust } from "./distrust.ts";
import { type KeyRing, mayFollow } from "./key-ring.ts";
import { parseOrTell } from "./parse-or-tell.ts";
import { readSignature } from "./signature.ts";

/** A digest of a chain, as it was found. */
export interface WalkedDigest {
  readonly name: string;
  readonly bytes: Buffer;
  /** Of the stored bytes, 64 hex digits. */
  readonly sha256: string;
  /** 128 hex digits; null where there is none. */
  readonly signature: string | null;
  readonly digest: Digest;
  /** True where a key signed it that may: what it says of objects is to be believed. */
  readonly isSigned: boolean;
  /** True where nothing of it was told, nor of its place in the chain. */
  readonly isSound: boolean;
}

export interface WalkOptions {
  readonly stream: string;
  /** Of `listDigests`. */
  readonly sequences: readonly number[];
  /** Read after these were listed, so that the key of each is there. */
  readonly ring: KeyRing;
  readonly onDistrust: OnDistrust;
}

/** Digests that are held, and reads that are under way, at a time. */
const PORTION = 16;

interface StoredDigest {
  readonly name: string;
  readonly sequence: number;
  readonly bytes: Buffer | null;
  readonly signature: Buffer | null;
}

/** The numbers of the digests of a stream, in order; tells names that are none, and gaps. Rejects with `IoError`. */
export async function listDigests(store: ObjectStore, stream: string, onDistrust: OnDistrust): Promise<number[]> {
  const found = new Set<number>();
  for await (const { name } of store.list(digestPrefix(stream))) {
    const sequence = parseDigestSequence(name);
    // Passed over, it could be a later digest whose name was spoilt.
    if (sequence === null) {
      onDistrust({ kind: "extra", object: name, why: "no digest has such a name", hint: "move it away" });
    } else found.add(sequence);
  }
  const sequences = [...found].toSorted((a, b) => a - b);
  for (const [index, sequence] of sequences.entries()) {
    const expected = (sequences[index - 1] ?? 0) + 1;
    if (sequence <= expected) continue;
    const next = sequence > expected + 1 ? `, the next one is number ${sequence}` : "";
    onDistrust({
      kind: "missing",
      object: digestName(stream, expected),
      why: `it is missing, and a later one is there${next}`,
    });
  }
  return sequences;
}

/**
 * The digests of a stream in order, each held against the one before and its signature. What cannot be trusted is told,
 * once: nothing is said of the link to a digest that was told already. One that is missing or cannot be read is told and
 * passed over. Rejects with `IoError` where the store fails.
 */
export async function* walkDigests(store: ObjectStore, options: WalkOptions): AsyncIterable<WalkedDigest> {
  const { stream, sequences, onDistrust } = options;
  let before: Before = { sequence: 0, last: null, key: null };
  for (let at = 0; at < sequences.length; at += PORTION) {
    const portion = sequences.slice(at, at + PORTION);
    for (const stored of await inParallel(portion, PORTION, (sequence) => readDigest(store, stream, sequence))) {
      const digest = digestIn(stored, onDistrust);
      const walked = digest === null ? null : walkTo(stored, digest, before, options);
      before = {
        sequence: stored.sequence,
        last: walked,
        key: walked?.isSigned === true ? walked.digest.key : before.key,
      };
      if (walked !== null) yield walked;
    }
  }
}

/** What is known of the digests before, while a chain is walked. */
interface Before {
  readonly sequence: number;
  /** Null where it cannot be read. */
  readonly last: WalkedDigest | null;
  /** The one that signed last, of those that may. */
  readonly key: string | null;
}

async function readDigest(store: ObjectStore, stream: string, sequence: number): Promise<StoredDigest> {
  const name = digestName(stream, sequence);
  const bytes = await ifThere(readWhole(store, name, MOST_DIGEST_BYTES));
  return { name, sequence, bytes, signature: await readSignature(store, name) };
}

function digestIn({ name, bytes }: StoredDigest, onDistrust: OnDistrust): Digest | null {
  const form = { shape: DIGEST_SHAPE, mostBytes: MOST_DIGEST_BYTES };
  if (bytes !== null) return parseOrTell(name, bytes, form, onDistrust) as Digest | null;
  onDistrust({ kind: "missing", object: name, why: "it is missing, and its signature or a later one is there" });
  return null;
}

function walkTo(
  { name, sequence, bytes, signature }: StoredDigest,
  digest: Digest,
  before: Before,
  { stream, sequences, ring, onDistrust }: WalkOptions,
): WalkedDigest {
  let isSound = true;
  const tell = (kind: DistrustKind, why: string, object = name): void => {
    isSound = false;
    onDistrust({ kind, object, why });
  };
  const content = bytes ?? Buffer.alloc(0);
  if (digest.stream !== stream || digest.sequence !== sequence) tell("chain", "it belongs elsewhere");
  else if (sequence === 1 || (before.sequence === sequence - 1 && before.last?.isSound === true)) {
    checkLink(digest, before.last, (why) => tell("chain", why));
  }
  let isSigned = false;
  if (signature !== null) {
    const wrong = signatureProblem(content, signature, digest, before.key, ring);
    isSigned = wrong === null;
    if (wrong !== null) tell(wrong.kind, wrong.why);
  } else if (sequence !== sequences.at(-1)) {
    tell("missing", `it is missing, and "${name}" is not the last digest`, signatureName(name));
  }
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name, bytes: content, sha256, signature: signature?.toString("hex") ?? null, digest, isSigned, isSound };
}

function checkLink({ previous, window }: Digest, last: WalkedDigest | null, tell: (why: string) => void): void {
  if (previous?.sha256 !== last?.sha256 || previous?.signature !== last?.signature) {
    tell("it does not follow on the digest before; one of the two was altered or swapped");
  } else if (window.from !== (last?.digest.window.to ?? window.to) || window.to < window.from) {
    tell("its window does not follow on that of the digest before");
  }
}

function signatureProblem(
  bytes: Buffer,
  signature: Buffer,
  { stream, sequence, key }: Digest,
  before: string | null,
  ring: KeyRing,
): { readonly kind: DistrustKind; readonly why: string } | null {
  const verifying = ring.keys.get(key);
  if (verifying === undefined) {
    return { kind: "key", why: `its key "${publicKeyName(key)}" is missing` };
  }
  if (!verifying.isSignature(bytes, signature)) {
    return { kind: "signature", why: `not signed by key ${key}` };
  }
  if (before !== null && !mayFollow(ring, stream, before, key, sequence)) {
    return { kind: "key", why: `signed by key ${key}, and no statement of key ${before} says so` };
  }
  return null;
}
