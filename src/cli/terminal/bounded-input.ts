import { createReadStream } from "node:fs";
import { UsageError } from "../../core/fault.ts";

/** The bytes of a file, or of standard input for `-`, up to so many. Rejects with `UsageError`; `what` it is, for that. */
export async function readUpTo(path: string, what: string, mostBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of path === "-" ? process.stdin : createReadStream(path)) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes >= mostBytes) break;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`read ${what} "${path}": ${code === "ENOENT" ? "no such file" : message}`, { cause: error });
  }
  return Buffer.concat(pieces).subarray(0, mostBytes);
}
