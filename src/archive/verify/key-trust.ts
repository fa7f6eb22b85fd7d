import type { WalkedDigest } from "../digest/chain-walk.ts";
import { type KeyRing, mayFollow } from "../digest/key-ring.ts";
import type { VerifyingKey } from "../digest/signing-key.ts";

/** By which keys an auditor believes a signature. */
export interface KeyTrust {
  /** Fingerprints that he kept; none: whatever key the archive itself holds is believed. */
  readonly fingerprints: ReadonlySet<string>;
  /** Those of them that he has whole. */
  readonly keys: readonly VerifyingKey[];
}

/** A digest that no key which was kept vouches for. */
export interface Unvouched {
  readonly name: string;
  readonly key: string;
}

/** Tells which digests of a chain no kept key vouches for. */
export interface Vouching {
  add(walked: WalkedDigest): void;
  /** The first of each run of digests of one key. */
  unvouched(): readonly Unvouched[];
}

/** The keys of the archive, and in their place those that the auditor has. */
export function ringWith({ keys, changes }: KeyRing, trust: KeyTrust): KeyRing {
  return { keys: new Map([...keys, ...trust.keys.map((key) => [key.fingerprint, key] as const)]), changes };
}

/**
 * A digest is vouched for where a kept key signed it, or one to which statements lead from a kept one; and by every later
 * digest that is, as each holds the hash of the one before: so that whoever kept the newest key needs no older one.
 */
export function createVouching(stream: string, ring: KeyRing, { fingerprints }: KeyTrust): Vouching {
  const lost: Unvouched[] = [];
  let waiting: Unvouched[] = [];
  const isKept = (key: string, sequence: number): boolean =>
    [...fingerprints].some((kept) => mayFollow(ring, stream, kept, key, sequence));
  return {
    add({ name, digest: { key, sequence }, isSigned, isSound }) {
      if (fingerprints.size === 0 || !isSigned) return;
      if (!isSound) {
        // Whatever comes now says nothing of what was before.
        lost.push(...waiting);
        waiting = [];
      }
      if (isKept(key, sequence)) waiting = [];
      else if (waiting.at(-1)?.key !== key) waiting.push({ name, key });
    },
    unvouched: () => [...lost, ...waiting],
  };
}
