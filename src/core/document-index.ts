/** What an index keeps of one line. */
export interface IndexDocument {
  /** Name of the index that it belongs to. */
  readonly index: string;
  /** Unique within its index. */
  readonly id: string;
  /** A JSON object on one line, as UTF-8. */
  readonly source: Buffer;
}

/** A whole value, which takes the place of lower versions of itself. */
export interface VersionedDocument extends IndexDocument {
  /** A whole number from 0 that JavaScript has exactly. */
  readonly version: number;
}

/** Why an index does not take a document, in whatever state the cluster is. */
export interface Rejection {
  /** As in HTTP. */
  readonly status: number;
  /** The cluster's word for it, like `document_parsing_exception`. */
  readonly type: string;
  readonly reason: string;
}

/** Where whole values are kept, each in its newest version. */
export interface VersionedIndex {
  /**
   * Puts each document, unless a higher version of it is there; an equal one is replaced. Resolves once each is settled,
   * by position: `outdated` where a higher one is there. Rejects as `create` of a `DocumentIndex` does.
   */
  put(documents: readonly VersionedDocument[], signal: AbortSignal): Promise<readonly PutOutcome[]>;
}

export type PutOutcome = "stored" | "outdated" | Rejection;

/** Where documents can be searched. */
export interface DocumentIndex {
  /**
   * Creates each document; one that is there already stays as it is. Resolves once each is settled, by position. What
   * passes is waited out. Rejects with `IoError`: `unavailable` when the cluster has failed for too long, or the signal
   * aborts; `denied` when it works, and does not take these as it is. Then nothing is known about the documents, and
   * they may be created again.
   */
  create(documents: readonly IndexDocument[], signal: AbortSignal): Promise<readonly CreateOutcome[]>;
}

/** `there`: it came before, perhaps by an earlier try of the same request whose answer was lost. */
export type CreateOutcome = "stored" | "there" | Rejection;
