/**
 * Removes objects. Apart from `ObjectStore`, because hardly anybody may: workers and signers only create, and sealers
 * are handed one that removes nothing but facts. One contract suite runs on every back end.
 */
export interface ObjectRemover {
  /** Resolves once the object is gone for good, also where it was not there. Rejects with `IoError`. */
  remove(name: string): Promise<void>;
}
