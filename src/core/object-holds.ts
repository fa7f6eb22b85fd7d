/** Holds of a store: while an object has one, nobody can remove or replace it. Every method rejects with `IoError`. */
export interface ObjectHolds {
  /** Sets the hold of an object, or takes it away; does no harm where that is so already. False: there is no such object. */
  set(name: string, isHeld: boolean): Promise<boolean>;
  /** The names that begin with `prefix`, in order, and whether they are held. */
  list(prefix: string): AsyncIterable<{ readonly name: string; readonly isHeld: boolean }>;
}
