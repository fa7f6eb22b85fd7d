import type { CommittedObject } from "./line-log.ts";

/** What is kept beside the archive and can be made from it again: a search index. */
export interface ObjectIndex {
  /**
   * Resolves once each line of the objects that belongs in the index is there, or a durable marker names its object as
   * still to be indexed (I1). Rejects with `IoError` where neither can be done.
   */
  readonly add: (objects: readonly CommittedObject[]) => Promise<void>;
}
