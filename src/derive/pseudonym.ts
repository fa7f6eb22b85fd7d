import { createHmac } from "node:crypto";
import { UsageError } from "../core/fault.ts";

/** Turns what tells a person into what tells people apart: equal values of one kind give equal pseudonyms. */
export interface Pseudonyms {
  /** 32 hex digits. A user and a visitor of the same value have different pseudonyms. */
  user(value: string): string;
  /** 32 hex digits. */
  visitor(value: string): string;
  /** 32 hex digits, for a value of a document. */
  field(value: string): string;
  /** 32 hex digits, for an address as one writes it shortest. */
  address(value: string): string;
}

const HEX_DIGITS = 32;
const FINGERPRINT_HEX_DIGITS = 16;

/** Pseudonyms kept of each kind: those in use, and as many that were in use before. */
const CACHED_ITEMS = 32_768;
/** Longer values (a user agent may be one) are computed each time, so that the items bound the bytes. */
const LONGEST_CACHED = 512;

/** Throws `UsageError` for an empty key: its pseudonyms could be reversed by anybody. */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  if (key.length === 0) throw new UsageError("make pseudonyms: the key is empty (hint: give a random one of 32 bytes)");
  return {
    user: cached((value) => keyedHash(key, "user", value)),
    visitor: cached((value) => keyedHash(key, "visitor", value)),
    field: cached((value) => keyedHash(key, "field", value)),
    address: cached((value) => keyedHash(key, "address", value)),
  };
}

/** 16 hex digits that tell keys apart and say nothing about the key. */
export function keyFingerprint(key: Uint8Array): string {
  return keyedHash(key, "fingerprint", "").slice(0, FINGERPRINT_HEX_DIGITS);
}

/** The kind is part of what is hashed, so that values of two kinds never meet. */
function keyedHash(key: Uint8Array, kind: keyof Pseudonyms | "fingerprint", value: string): string {
  return createHmac("sha256", key).update(`logtally ${kind}\0${value}`).digest("hex").slice(0, HEX_DIGITS);
}

/** Keeps results in two generations: what was not asked for during a whole generation falls out. */
function cached(compute: (value: string) => string): (value: string) => string {
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  return (value) => {
    const hit = recent.get(value);
    if (hit !== undefined) return hit;
    const result = older.get(value) ?? compute(value);
    if (value.length > LONGEST_CACHED) return result;
    if (recent.size >= CACHED_ITEMS) {
      older = recent;
      recent = new Map();
    }
    recent.set(value, result);
    return result;
  };
}
