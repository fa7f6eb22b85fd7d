import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** A private key that signs digests: one at hand, or in the keeping of a service that signs for us. */
export interface SigningKey {
  /** First 16 hex digits of SHA-256 over the public key in DER (SPKI). */
  readonly fingerprint: string;
  /** PEM (SPKI), as `openssl pkey -pubout` writes it. */
  readonly publicPem: string;
  /** The longest text that it signs. */
  readonly mostBytes: number;
  /**
   * Resolves with the 64 raw bytes of the Ed25519 signature; the same bytes give the same ones. Rejects with `IoError`
   * where a service does not answer.
   */
  sign(bytes: Uint8Array): Promise<Buffer>;
}

/** A public key, by which signatures are checked. */
export interface VerifyingKey {
  readonly fingerprint: string;
  readonly publicPem: string;
  isSignature(bytes: Uint8Array, signature: Uint8Array): boolean;
}

const FINGERPRINT_DIGITS = 16;

/** Reads a private key in PEM (PKCS#8). Throws an `Error` that says why it is none that signs digests. */
export function parseSigningKey(pem: string | Buffer): SigningKey {
  const key = createPrivateKey(pem);
  refuseOtherKinds(key);
  const { fingerprint, publicPem } = describe(createPublicKey(key));
  const mostBytes = Number.POSITIVE_INFINITY;
  return { fingerprint, publicPem, mostBytes, sign: (bytes) => Promise.resolve(sign(null, bytes, key)) };
}

/** Reads a public key in PEM (SPKI). Throws an `Error` that says why it is none. */
export function parseVerifyingKey(pem: string | Buffer): VerifyingKey {
  const key = createPublicKey(pem);
  refuseOtherKinds(key);
  return { ...describe(key), isSignature: (bytes, signature) => verify(null, bytes, key, signature) };
}

function refuseOtherKinds({ asymmetricKeyType }: KeyObject): void {
  if (asymmetricKeyType !== "ed25519") throw new Error(`a key of ${asymmetricKeyType ?? "no kind"}, not of ed25519`);
}

function describe(key: KeyObject): { readonly fingerprint: string; readonly publicPem: string } {
  const der = key.export({ type: "spki", format: "der" });
  const fingerprint = createHash("sha256").update(der).digest("hex").slice(0, FINGERPRINT_DIGITS);
  return { fingerprint, publicPem: key.export({ type: "spki", format: "pem" }) };
}
