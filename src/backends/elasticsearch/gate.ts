/** How many requests are under way at once: more while the cluster takes them, fewer when it says that it is busy. */
export interface Gate {
  /** Resolves when there is room for one more; it is followed by a `leave`. */
  enter(): Promise<void>;
  leave(): void;
  /** The cluster took everything. */
  grow(): void;
  /** It is busy, or does not answer. */
  shrink(): void;
}

const FIRST_LIMIT = 2;
export const MOST_REQUESTS = 8;

/** Grows by one after as many good answers as there is room for, and halves after a bad one. */
export function createGate(): Gate {
  let limit = FIRST_LIMIT;
  let inside = 0;
  let good = 0;
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    while (inside < limit) {
      const next = waiting.shift();
      if (next === undefined) return;
      inside += 1;
      next();
    }
  };
  return {
    enter() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      admit();
      return promise;
    },
    leave() {
      inside -= 1;
      admit();
    },
    grow() {
      good += 1;
      if (good < limit) return;
      good = 0;
      limit = Math.min(limit + 1, MOST_REQUESTS);
      admit();
    },
    shrink() {
      good = 0;
      limit = Math.max(1, Math.floor(limit / 2));
    },
  };
}
