import type { Readable } from "node:stream";
import type { Fill } from "./line-chunks.ts";

/** Fills from a stream's chunks. An abort ends the input between two chunks, even while none comes. */
export function fillFromStream(stream: Readable, onRead: (bytes: number) => void, signal: AbortSignal): Fill {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const stop = (): void => {
    stream.destroy();
  };
  // One that was aborted before tells nobody any more.
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });

  return async (buffer, at) => {
    while (rest.length === 0) {
      let next: Uint8Array | null = null;
      try {
        next = await nextChunk(chunks, signal);
      } finally {
        if (next === null) signal.removeEventListener("abort", stop);
      }
      if (next === null) return 0;
      rest = next;
      onRead(rest.length);
    }
    const count = Math.min(rest.length, buffer.length - at);
    buffer.set(rest.subarray(0, count), at);
    rest = rest.subarray(count);
    return count;
  };
}

/** The next chunk; null at the end, and where the stream failed because it was told to stop. */
async function nextChunk(chunks: AsyncIterator<unknown>, signal: AbortSignal): Promise<Uint8Array | null> {
  try {
    const result = await chunks.next();
    return result.done === true ? null : (result.value as Uint8Array);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
