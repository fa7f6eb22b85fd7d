import type { AsOfDigest } from "../books/digest-book.ts";
import type { Deployment, Level, OpenableSegment } from "../reporting-policy.ts";

/** What `counts` says of all its rows. */
export interface CountsHeader {
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Null where it is not of a signed state. */
  readonly asOfDigest: AsOfDigest | null;
  readonly deployment: Deployment;
  /** Null where the lines carry several. */
  readonly instance: string | null;
  readonly level: Level;
  /** What is answered only because the owner of the deployment has opened it. */
  readonly widened: readonly OpenableSegment[];
  /** Digest of the catalogue: `sha256:…`. */
  readonly catalogue: string;
  /** Fingerprint of the key that made the pseudonyms; null where none was used. */
  readonly pseudonymKey: string | null;
  /** RFC 3339; null where nothing is sealed. */
  readonly sealedThrough: string | null;
}

/** The same in the words of `counts --format json`. */
export function headerFields(header: CountsHeader) {
  return {
    as_of: header.asOf,
    as_of_digest: header.asOfDigest,
    deployment: header.deployment,
    instance: header.instance,
    level: header.level,
    widened: header.widened,
    catalogue: header.catalogue,
    pseudonym_key: header.pseudonymKey,
    sealed_through: header.sealedThrough,
  };
}
