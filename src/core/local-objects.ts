/** An object by what it must be. */
export interface ExpectedObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Stored objects as files of this machine, for a reader that opens nothing else. */
export interface LocalObjects {
  /** Path of a file with exactly these bytes. Rejects with `IoError`: `not_found`, or `corrupt` where they are others. */
  readonly fileOf: (object: ExpectedObject) => Promise<string>;
}
