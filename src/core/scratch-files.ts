/** Files for what only a file can hand over. */
export interface ScratchFiles {
  /** The bytes of the file that `write` makes at that path; it is gone afterwards. Rejects with `IoError`. */
  collect(write: (path: string) => Promise<void>): Promise<Buffer>;
}
