import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";

/**
 * Gives the file of that path this content and these rights, whether it is there or not: wholly or not at all, so that no
 * reader meets half of it. Until then the content lies in a hidden file beside it. Rejects with `IoError`.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    try {
      await writeFile(unfinished, content, { flag: "wx", mode, flush: true });
      await rename(unfinished, path);
      await syncFolder(dirname(path));
    } finally {
      await rm(unfinished, { force: true });
    }
  } catch (error) {
    throw ioError(`replace "${path}"`, error);
  }
}
