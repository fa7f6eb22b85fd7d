import { IoError } from "../core/fault.ts";
import type { IndexMarkers } from "../core/index-markers.ts";
import type { CommittedObject } from "../core/line-log.ts";
import type { ObjectIndex } from "../core/object-index.ts";

export interface SpillingIndexOptions {
  /**
   * Indexes the lines of an object. Rejects with `IoError`: `unavailable` where the index has been away for too long,
   * anything else where it does not take just these.
   */
  readonly index: (object: CommittedObject) => Promise<void>;
  readonly markers: IndexMarkers;
  /** Is told, in words, when objects begin to wait, and when they need to do so no more. */
  readonly onChange: (message: string, isAway: boolean) => void;
  /** Is told, in words, of an object that the index does not take, again for each. */
  readonly onTrouble: (message: string) => void;
}

/** An index that may be away: its objects then wait in the archive, marked, and cost no memory. */
export interface SpillingIndex extends ObjectIndex {
  /** Objects that this worker has marked. */
  readonly spilled: number;
  /** True while new objects are marked at once. */
  readonly isAway: boolean;
  /** The index has been reached again: new objects go there at once. */
  readonly resume: () => void;
}

/**
 * While the index is away each object gets a durable marker instead, and its messages can be acked: an outage costs
 * neither memory nor the time for which a subscription keeps messages. Who catches up tells when it is over.
 */
export function createSpillingIndex({ index, markers, onChange, onTrouble }: SpillingIndexOptions): SpillingIndex {
  let isAway = false;
  let spilled = 0;

  async function addOne(object: CommittedObject): Promise<void> {
    if (!isAway) {
      try {
        await index(object);
        return;
      } catch (error) {
        if (!(error instanceof IoError)) throw error;
        if (error.code !== "unavailable") onTrouble(`${error.message}; what it does not take waits in the archive`);
        else if (!isAway) onChange(`${error.message}; what comes now waits in the archive to be indexed`, true);
        isAway ||= error.code === "unavailable";
      }
    }
    await markers.mark(object.name);
    spilled += 1;
  }

  return {
    get spilled() {
      return spilled;
    },
    get isAway() {
      return isAway;
    },
    async add(objects) {
      for (const object of objects) await addOne(object);
    },
    resume() {
      if (isAway) onChange("the index is back; what waits is being indexed", false);
      isAway = false;
    },
  };
}
