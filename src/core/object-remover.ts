/**
 * Removes objects. Apart from `ObjectStore`, because hardly anybody may: workers, sealers and signers only create. One
 * contract suite runs on every back end.
 */
export interface ObjectRemover {
  /** Resolves once the object is gone for good, also where it was not there. Rejects with `IoError`. */
  remove(name: string): Promise<void>;
}
