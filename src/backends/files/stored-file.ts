/** Bytes under a name that are read from beginning to end: those of a file, or of an object in a bucket. */
export interface StoredFile {
  /** As a user writes it; its end says how it is compressed. */
  readonly name: string;
  /** Rejects with what `node:fs` throws, or with `IoError`. */
  open(): Promise<OpenFile>;
}

/** Every method rejects with what `node:fs` throws, or with `IoError`. */
export interface OpenFile {
  /** Reads into `buffer` from `at` on what stands from `position` on; resolves with the number of bytes, 0 at the end. */
  read(buffer: Buffer, at: number, position: number): Promise<number>;
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}
