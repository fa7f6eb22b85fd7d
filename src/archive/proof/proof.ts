import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { MIB } from "../../core/units.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import type { MetaJson } from "../meta-json.ts";
import type { Refuse } from "../stored-json.ts";

/** A statement by which one key follows another, as it is stored. */
export interface KeyStep {
  /** Fingerprint of the key that has signed the statement. */
  readonly old_key: string;
  readonly statement: string;
  /** 128 hex digits. */
  readonly signature: string;
}

/** Where a line lies, in so far as a path goes through it. All count from 0. */
export interface PathPlace {
  /** Of the line in its block, and how many lines that has. */
  readonly block_row: number;
  readonly block_rows: number;
  /** Of the block in its segment, and how many blocks that has. */
  readonly block: number;
  readonly blocks: number;
  /** Of the line in its segment. */
  readonly row: number;
}

/** The raw line, without its LF. */
export type ProofLine = { readonly text: string } | { readonly base64: string };

/** A proof of one line, in the words of the JSON; docs/reference/proof-format.md describes it. */
export interface Proof {
  readonly format: 1;
  readonly line: ProofLine;
  readonly meta: MetaJson;
  /** Name of the file with the lines. */
  readonly segment: string;
  readonly place: PathPlace;
  /** From the line to the root of its block; 64 hex digits each. */
  readonly line_path: readonly string[];
  /** From there to the root of the segment. */
  readonly block_path: readonly string[];
  readonly manifest: { readonly name: string; readonly gzip: string };
  readonly digest: { readonly name: string; readonly gzip: string; readonly signature: string };
  /** Fingerprint of the key that has signed the digest. */
  readonly key: string;
  /** Those by which that key follows others, the oldest first. */
  readonly keys: readonly KeyStep[];
  /** Of the canonical text of all the rest: against damage, not against forgers. */
  readonly sha256: string;
}

/** What is longer is no proof, and none is written that would be. */
export const MOST_PROOF_BYTES = 256 * MIB;
/** Of a manifest or a digest in a proof: those of 300,000 objects are shorter. */
export const MOST_PACKED_BYTES = 64 * MIB;
const GZIP_LEVEL = 9;

export function proofBytes(proof: Omit<Proof, "sha256">): Buffer {
  return Buffer.from(canonicalJson({ ...proof, sha256: checksumOf(proof) } as unknown as Json));
}

/** 64 hex digits. */
export function checksumOf(proof: Omit<Proof, "sha256">): string {
  return createHash("sha256")
    .update(canonicalJson(proof as unknown as Json))
    .digest("hex");
}

/** As objects of the archive stand in a proof: gzip, then Base64. */
export function packed(bytes: Uint8Array): string {
  return gzipSync(bytes, { level: GZIP_LEVEL }).toString("base64");
}

/** The reverse; throws what `refuse` makes of what is none, or too large. `what` it is, for the message. */
export function unpacked(text: string, what: string, refuse: Refuse): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw refuse(`${what} was altered: it is no Base64`);
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_PACKED_BYTES });
  } catch (error) {
    throw refuse(`${what} was altered: it does not decompress: ${(error as Error).message}`, error);
  }
}
