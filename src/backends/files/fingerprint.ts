import { hash } from "node:crypto";

const LF = 0x0a;

/**
 * The fingerprint of the file whose first lines lie in `buffer` from 1 to `end`: the hash of the first one that is not
 * empty. It stays the same while a file grows, is renamed, copied or compressed. Empty as long as all lines are: a line
 * further on decides then.
 */
export function fingerprintOf(buffer: Buffer, end: number): string {
  let start = 1;
  while (start < end && buffer[start] === LF) start += 1;
  if (start === end) return "";
  const found = buffer.subarray(start, end).indexOf(LF);
  return hash("sha256", buffer.subarray(start, found < 0 ? end : start + found), "hex");
}
