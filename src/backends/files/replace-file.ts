import { randomUUID } from "node:crypto";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
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

/** Removes what killed processes left of their tries to replace the file. For whoever is alone there. Rejects with `IoError`. */
export async function removeUnfinished(path: string): Promise<void> {
  const beginning = `.${basename(path)}.`;
  try {
    for (const name of await readdir(dirname(path))) {
      if (name.startsWith(beginning)) await rm(join(dirname(path), name), { force: true });
    }
  } catch (error) {
    throw ioError(`clean up beside "${path}"`, error);
  }
}
