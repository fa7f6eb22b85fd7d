/** The input that a thread is trying, for another one to see when it does not come back. */
export interface WatchedInput {
  readonly put: (input: Uint8Array) => void;
  /** Tries so far. */
  readonly count: () => number;
  readonly input: () => Buffer;
}

const HEAD_BYTES = 8;
const COUNT = 0;
const LENGTH = 1;

/** Room for an input of so many bytes. */
export function watchedRoom(mostBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + mostBytes);
}

export function createWatchedInput(shared: SharedArrayBuffer): WatchedInput {
  const head = new Int32Array(shared, 0, 2);
  const bytes = new Uint8Array(shared, HEAD_BYTES);
  return {
    put(input) {
      const length = Math.min(input.length, bytes.length);
      bytes.set(input.subarray(0, length));
      Atomics.store(head, LENGTH, length);
      Atomics.add(head, COUNT, 1);
    },
    count: () => Atomics.load(head, COUNT),
    input: () => Buffer.from(bytes.slice(0, Atomics.load(head, LENGTH))),
  };
}
