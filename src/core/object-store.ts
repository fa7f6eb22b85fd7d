export interface ObjectInfo {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the clock of the store, in milliseconds since 1970: for telling how old it is, never for filing. */
  readonly createdAtMs: number;
  /** What reading it costs, in the store's own words, like `COLDLINE`; missing where there are no classes. */
  readonly storageClass?: string;
}

/** Immutable objects by name. One contract suite runs on every back end. Every method rejects with `IoError`. */
export interface ObjectStore {
  /**
   * Creates the object, whole and durable, unless the name is taken; never overwrites (I5).
   * After an unknown outcome the same call may be made again.
   */
  create(name: string, content: Uint8Array): Promise<"created" | "exists">;
  /** Bytes `[start, end)`; fewer where the object ends before. Code `not_found` where there is none. */
  read(name: string, start: number, end: number): Promise<Buffer>;
  /**
   * The objects whose name begins with `prefix`, in ascending order of names. Those whose name does not end in `ending`,
   * where it is given, may be missing: a store need not look at them.
   */
  list(prefix: string, ending?: string): AsyncIterable<ObjectInfo>;
  /**
   * The folders that lie directly in `folder`, in ascending order, by the beginning of names that they stand for: both end in
   * a slash. Some may be empty. Takes as long as there are folders, however many objects are in them.
   */
  listFolders(folder: string): AsyncIterable<string>;
  /**
   * Checks along the real path that the store can be read or written; changes nothing. Rejects with `UsageError` where
   * there is nothing to read.
   */
  check(access: "read" | "write"): Promise<void>;
}
