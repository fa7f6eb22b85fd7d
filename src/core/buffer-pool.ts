/** Large buffers to be used again: the memory of one that is garbage is given back late, and a busy worker makes many. */
export interface BufferPool {
  /** At least so large; its content is whatever was there before. */
  take(sizeBytes: number): Buffer;
  /** Nobody reads or writes the buffer any more. */
  giveBack(buffer: Buffer): void;
}

/** Keeps so many buffers, none larger than `mostBytes`. */
export function createBufferPool(mostBuffers: number, mostBytes: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take(sizeBytes) {
      const at = free.findIndex((buffer) => buffer.length >= sizeBytes);
      const [found] = at < 0 ? [] : free.splice(at, 1);
      return found ?? Buffer.allocUnsafeSlow(sizeBytes);
    },
    giveBack(buffer) {
      if (buffer.length > mostBytes) return;
      // A larger one serves more often.
      if (free.length >= mostBuffers) free.sort((a, b) => b.length - a.length).pop();
      free.push(buffer);
    },
  };
}
