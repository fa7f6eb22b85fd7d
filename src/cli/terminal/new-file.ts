import { lstat, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../../backends/files/replace-file.ts";
import { UsageError } from "../../core/fault.ts";

/** As for any new file: the umask takes from it. */
const MODE = 0o666;

/** Rejects with `UsageError` where something is there that may not be replaced, or no folder for it. */
export async function checkNewFile(path: string, isForced: boolean): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there?.isDirectory() === true) throw new UsageError(`write "${path}": it is a folder (hint: name a file)`);
  const folder = await stat(dirname(path)).catch(() => null);
  if (folder?.isDirectory() !== true) {
    throw new UsageError(`write "${path}": its folder is not there (hint: make its folder first)`);
  }
  if (there !== null && !isForced) throw new UsageError(`write "${path}": it is there (hint: --force replaces it)`);
}

/** Writes a file whole or not at all. Rejects with `UsageError` where it is there and may not be, and with `IoError`. */
export async function writeNewFile(path: string, content: Uint8Array, isForced: boolean): Promise<void> {
  await checkNewFile(path, isForced);
  await replaceFile(path, content, MODE);
}
