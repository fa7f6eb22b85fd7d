/** Durable notes of archived objects whose lines are not in the index yet. */
export interface IndexMarkers {
  /** Names of the objects that are to be indexed, about the oldest first. Rejects with `IoError`, as all of these. */
  waiting(): AsyncIterable<string>;
  /** Resolves once the note is durable. */
  mark(object: string): Promise<void>;
  isWaiting(object: string): Promise<boolean>;
  isDone(object: string): Promise<boolean>;
  /** Notes that a marked object is indexed. */
  finish(object: string): Promise<void>;
}
