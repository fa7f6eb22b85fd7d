/** Lets one work go on at a time, in the order in which they came: each takes the memory that DuckDB is given. */
export type TakeTurn = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Whoever has gone while waiting is passed over, and rejects with the reason of the signal. */
export function createTurns(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (signal, work) => {
    const turn = last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    // Who comes next only waits for the end.
    last = turn.catch(() => undefined);
    return turn;
  };
}
