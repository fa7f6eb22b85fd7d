import { readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { checkObjectName } from "../../core/object-name.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import { HOUR_MS } from "../../core/units.ts";
import { syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";

/** What stands in the place of what is removed lies here. */
const KEPT = "vault";
/** No system keeps a change of a folder in memory for so long. */
const UNWRITTEN_MS = HOUR_MS;

/**
 * Removes objects of `createFolderStore`. Folders stay: a writer may be about to put an object into one. Before the first
 * is removed, what the vault holds is made durable: who put it there may have been killed before he had seen to that.
 */
export function createFolderRemover(root: string, nowMs: () => number): ObjectRemover {
  let isKept = false;
  return {
    async remove(name) {
      checkObjectName(name);
      const path = resolve(root, name);
      try {
        if (!isKept) await syncChanged(join(root, KEPT), nowMs() - UNWRITTEN_MS);
        isKept = true;
        await ifThere(unlink(path));
        // Also where it is gone: whoever removed it may have been killed before that was durable.
        await ifThere(syncFolder(dirname(path)));
      } catch (error) {
        throw ioError(`remove "${name}" in "${root}"`, error);
      }
    },
  };
}

async function ifThere(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Makes the folder durable, and those below it, as far as they were changed since. */
async function syncChanged(folder: string, sinceMs: number): Promise<void> {
  try {
    if ((await stat(folder)).mtimeMs >= sinceMs) await syncFolder(folder);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await syncChanged(join(folder, entry.name), sinceMs);
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
