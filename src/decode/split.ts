export const LF = 0x0a;

/** Place of the first such byte in `[start, end)`, else `end`. The view keeps the search from running beyond it. */
export function findByte(byte: number, buffer: Buffer, start: number, end: number): number {
  const found = buffer.subarray(start, end).indexOf(byte);
  return found < 0 ? end : start + found;
}

/** Calls `visit` for each part of `[start, end)` between separators that is not empty. */
export function splitBy(
  separator: number,
  buffer: Buffer,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  // One view for all searches: making it costs more than a search.
  const view = buffer.subarray(start, end);
  let at = start;
  while (at < end) {
    const found = view.indexOf(separator, at - start);
    const partEnd = found < 0 ? end : start + found;
    if (partEnd > at) visit(at, partEnd);
    at = partEnd + 1;
  }
}

/** A copy with a byte before the data, as hashing needs it. */
export function withSpareByte(data: Buffer): Buffer {
  const buffer = Buffer.allocUnsafe(data.length + 1);
  buffer[0] = 0;
  data.copy(buffer, 1);
  return buffer;
}
