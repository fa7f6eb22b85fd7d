/** What an index keeps of one line. */
export interface IndexDocument {
  /** Name of the index that it belongs to. */
  readonly index: string;
  /** Unique within its index. */
  readonly id: string;
  /** A JSON object on one line, as UTF-8. */
  readonly source: Buffer;
}

/** Why an index does not take a document, in whatever state the cluster is. */
export interface Rejection {
  /** As in HTTP. */
  readonly status: number;
  /** The cluster's word for it, like `document_parsing_exception`. */
  readonly type: string;
  readonly reason: string;
}

/** Where documents can be searched. */
export interface DocumentIndex {
  /**
   * Creates each document; one that is there already stays as it is. Resolves once each is stored or rejected: by
   * position, null for a stored one. What passes is waited out. Rejects with `IoError`: `unavailable` when the cluster
   * has failed for too long, or the signal aborts; `denied` when it works, and does not take these as it is. Then
   * nothing is known about the documents, and they may be created again.
   */
  create(documents: readonly IndexDocument[], signal: AbortSignal): Promise<readonly (Rejection | null)[]>;
}
