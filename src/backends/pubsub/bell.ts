/** What waits for something to happen. */
export interface Bell {
  wait(): Promise<void>;
  readonly ring: () => void;
}

export function createBell(): Bell {
  let next = Promise.withResolvers<void>();
  return {
    wait: () => next.promise,
    ring() {
      next.resolve();
      next = Promise.withResolvers();
    },
  };
}
