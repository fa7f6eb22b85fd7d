import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { IoError } from "../../core/fault.ts";
import { ioError } from "./io-error.ts";

/** The folder, or the nearest one above it that exists. Rejects with `IoError`, `operation` first. */
export async function nearestFolder(path: string, operation: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) return path;
    throw new IoError("denied", `${operation}: not a folder`);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== "ENOENT";
    if (!isThere && dirname(path) !== path) return nearestFolder(dirname(path), operation);
    throw ioError(operation, error);
  }
}

/** Rejects with `IoError` for a folder that cannot be made or written to; changes nothing. */
export async function checkWritable(path: string, operation: string): Promise<void> {
  const folder = await nearestFolder(resolve(path), operation);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError(operation, error, false);
  }
}
