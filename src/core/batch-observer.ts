import type { Payload } from "./delivery.ts";
import type { CommittedObject } from "./line-log.ts";

/** Hears of each batch, from its first delivery to its acks. Nothing waits for it, and it never throws. */
export interface BatchObserver {
  /** A delivery is in the batch that fills. */
  readonly taken: (payload: Payload) => void;
  /** The batch that fills is closed: what is taken from now on is of the next one. */
  readonly closed: (size: BatchSize) => BatchSteps;
}

export interface BatchSize {
  readonly deliveries: number;
  readonly lines: number;
  /** Of the lines and what is kept about them, before compression. */
  readonly bytes: number;
}

/** What becomes of a closed batch: in this order, as far as it comes. */
export interface BatchSteps {
  readonly archived: (objects: readonly CommittedObject[]) => void;
  /** Its lines are in the index, or marked; also where there is none. */
  readonly indexed: () => void;
  readonly acked: () => void;
  readonly failed: (error: unknown) => void;
}
