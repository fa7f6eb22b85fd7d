/** What facts are derived by, beside the lines: facts of two bases are never counted together. */
export interface FactsBasis {
  /** Digest of the catalogue: `sha256:…`. */
  readonly catalogue: string;
  /** Fingerprint of the key of the pseudonyms. */
  readonly pseudonymKey: string;
  /** The pipeline's setting; null where the lines themselves tell. */
  readonly instance: string | null;
}

/** The basis as stored, in the words of the JSON. */
export interface StoredBasis {
  readonly catalogue: string;
  readonly pseudonym_key: string;
  readonly instance: string | null;
}

export function storedBasis({ catalogue, pseudonymKey, instance }: FactsBasis): StoredBasis {
  return { catalogue, pseudonym_key: pseudonymKey, instance };
}

/** In what a stored basis is another one, in words; null where it is the same. */
export function otherBasis(stored: StoredBasis, basis: FactsBasis): string | null {
  const wanted = storedBasis(basis);
  if (stored.catalogue !== wanted.catalogue) return `catalogue ${stored.catalogue}`;
  if (stored.pseudonym_key !== wanted.pseudonym_key) return `pseudonym key ${stored.pseudonym_key}`;
  if (stored.instance !== wanted.instance)
    return `instance ${stored.instance === null ? "none" : `"${stored.instance}"`}`;
  return null;
}
