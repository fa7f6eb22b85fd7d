import { IoError } from "../../core/fault.ts";
import { leafHash } from "../../core/identity.ts";
import type { Digest } from "../digest/digest.ts";
import type { VerifyingKey } from "../digest/signing-key.ts";
import type { Conflict } from "../manifest.ts";
import type { MetaJson } from "../meta-json.ts";
import type { Span } from "../span.ts";
import { parseStored, type Refuse } from "../stored-json.ts";
import { checksumOf, MOST_PROOF_BYTES, type PathPlace, type Proof, type ProofLine, unpacked } from "./proof.ts";
import { PROOF_SHAPE } from "./proof-shape.ts";
import { checkPathLine, isIdOfBytes, outputNamed } from "./signed-line.ts";
import { checkSignedDigest, checkSignedManifest, followKeys } from "./signed-objects.ts";

/** What a proof has shown. */
export interface ProvedLine {
  /** Without LF. */
  readonly line: Buffer;
  /** Leaf hash, 64 hex digits. */
  readonly hash: string;
  readonly segment: string;
  readonly span: Span;
  /** Of which digest, and since when it is signed. */
  readonly digest: Pick<Digest, "stream" | "sequence" | "window">;
  /** Fingerprint of the key that signed it, and by how many statements it follows on the one that is trusted. */
  readonly key: string;
  readonly keyChanges: number;
  /** True where the hash in the id is that of the bytes: then the id is proved. */
  readonly isIdProved: boolean;
  /** Set where the manifest knows of several lines with the id. */
  readonly conflict: Conflict | null;
  /** What is said beside: no signature here covers it. */
  readonly stated: { readonly meta: MetaJson; readonly place: PathPlace };
}

const FORM_HINT = "(hint: it was cut or altered, is no proof, or needs a newer version of logtally)";
/** A proof nests three deep, and has some hundred parts: with more it was made to fill memory. */
const MOST_DEPTH = 8;
const MOST_PARTS = 100_000;

/** Makes the error of a proof that does not hold; `name` is its file. */
export function disproving(name: string): Refuse {
  return (why, cause) => new IoError("corrupt", `check proof "${name}": ${why}`, { cause });
}

/**
 * What the bytes of a proof show to whoever trusts the key, and has nothing else. Throws `IoError` `corrupt`, naming the
 * proof and saying what is wrong, for one that does not hold.
 */
export function checkProof(name: string, bytes: Buffer, trusted: VerifyingKey): ProvedLine {
  const refuse = disproving(name);
  checkStructure(bytes, refuse);
  const proof = parseStored(bytes, PROOF_SHAPE, (why, cause) => refuse(`${why} ${FORM_HINT}`, cause)) as Proof;
  const line = lineOf(proof.line, refuse);
  const hash = leafHash(line, 0, line.length);
  const keys = followKeys(trusted, proof.keys, refuse);
  const { name: digestName, gzip, signature } = proof.digest;
  const stored = { name: digestName, bytes: unpacked(gzip, "the digest", refuse), key: proof.key };
  const digest = checkSignedDigest({ ...stored, signature: Buffer.from(signature, "hex") }, keys, refuse);
  const manifest = unpacked(proof.manifest.gzip, "the manifest", refuse);
  const plan = checkSignedManifest(digest, proof.manifest.name, manifest, refuse);
  const output = outputNamed(plan, proof.segment, refuse);
  const { id } = proof.meta;
  checkPathLine(plan, output, { ...proof, id, hash }, refuse);
  const { sha256, ...rest } = proof;
  // All that is signed holds by now.
  if (checksumOf(rest) !== sha256)
    throw refuse("what stands beside the signed parts was altered: its meta, or its place");
  return {
    line,
    hash,
    segment: proof.segment,
    span: plan.span,
    digest,
    key: proof.key,
    keyChanges: changesBetween(keys.changes, proof.key, trusted.fingerprint),
    isIdProved: isIdOfBytes({ id, hash }),
    conflict: plan.manifest.conflicts.find((conflict) => conflict.id === id) ?? null,
    stated: { meta: proof.meta, place: proof.place },
  };
}

function lineOf(line: ProofLine, refuse: Refuse): Buffer {
  if ("text" in line !== "base64" in line) {
    if ("text" in line) return Buffer.from(line.text);
    const bytes = Buffer.from(line.base64, "base64");
    if (bytes.toString("base64") === line.base64) return bytes;
  }
  throw refuse("its line is neither a text nor Base64");
}

function changesBetween(
  changes: ReadonlyMap<string, { readonly old_key: string }>,
  key: string,
  trusted: string,
): number {
  let count = 0;
  for (let at = key; at !== trusted; at = changes.get(at)?.old_key ?? trusted) count += 1;
  return count;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING: ReadonlySet<number> = new Set(Buffer.from("[{"));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from("]}"));

/** Before anything is parsed: throws what `refuse` makes of what would take more memory than any proof. */
export function checkStructure(bytes: Buffer, refuse: Refuse, mostParts = MOST_PARTS): void {
  if (bytes.length > MOST_PROOF_BYTES) throw refuse(`it has more than ${MOST_PROOF_BYTES} bytes, as no proof has`);
  let depth = 0;
  let parts = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    else if (byte === COMMA) parts += 1;
    if (depth > MOST_DEPTH || parts > mostParts) throw refuse("it has more parts than any proof has");
  }
}
