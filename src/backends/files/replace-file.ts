import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IoError } from "../../core/fault.ts";
import { syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";

const MODE_BITS = 0o777;

/**
 * Gives the file of that path this content and these rights, whether it is there or not: wholly or not at all, so that no
 * reader meets half of it. Until then the content lies in a hidden file beside it. Rejects with `IoError`.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await replace(path, content, { mode, isExact: false });
}

/**
 * The same for a file that a user names: what is there keeps its rights and has to be a plain file, since a device, a pipe
 * or a link would be gone; a new one gets `newMode`, as the user's mask allows. Rejects with `IoError`.
 */
export async function replaceNamedFile(path: string, content: string | Uint8Array, newMode: number): Promise<void> {
  const there = await lookAt(path);
  if (there !== null && !there.isFile()) {
    const hint = there.isSymbolicLink() ? "name the file that it leads to" : "name a file";
    throw new IoError("denied", `replace "${path}": it is ${kindOf(there)} (hint: ${hint})`);
  }
  const kept = there === null ? null : there.mode & MODE_BITS;
  await replace(path, content, { mode: kept ?? newMode, isExact: kept !== null });
}

/** Null where nothing is. */
async function lookAt(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw ioError(`replace "${path}"`, error);
  }
}

function kindOf(there: Stats): string {
  if (there.isDirectory()) return "a folder";
  if (there.isSymbolicLink()) return "a symbolic link";
  if (there.isFIFO()) return "a pipe";
  return there.isSocket() ? "a socket" : "a device";
}

interface Rights {
  readonly mode: number;
  /** False where the user's mask has a say. */
  readonly isExact: boolean;
}

async function replace(path: string, content: string | Uint8Array, { mode, isExact }: Rights): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    try {
      const file = await open(unfinished, "wx", mode);
      try {
        if (isExact) await file.chmod(mode);
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
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
