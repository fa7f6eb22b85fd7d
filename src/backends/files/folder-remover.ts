import { unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { checkObjectName } from "../../core/object-name.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import { syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";

/** Removes objects of `createFolderStore`. Folders stay: a writer may be about to put an object into one. */
export function createFolderRemover(root: string): ObjectRemover {
  return {
    async remove(name) {
      checkObjectName(name);
      const path = resolve(root, name);
      try {
        await ifThere(unlink(path));
        // Also where it is gone: whoever removed it may have been killed before that was durable.
        await ifThere(syncFolder(dirname(path)));
      } catch (error) {
        throw ioError(`remove "${name}"`, error);
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
