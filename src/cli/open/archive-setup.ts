import { stat } from "node:fs/promises";
import { makeFolderDurably } from "../../backends/files/durable-folder.ts";
import { ioError } from "../../backends/files/io-error.ts";
import type { ArchiveSettings } from "../../config/pipeline.ts";
import { archiveName, openArchiveStore } from "./archive-store.ts";
import type { ServiceSetup, SetupStep } from "./setup-step.ts";

/**
 * A folder is made. A bucket has to be there, since its location and its rules are decisions that stay; names in it need
 * no folders. Rejects with `IoError` where the archive could not be written.
 */
export async function openArchiveSetup(archive: ArchiveSettings): Promise<ServiceSetup> {
  await (await openArchiveStore(archive)).check("write");
  const step: SetupStep =
    archive.kind === "folder"
      ? await folderStep(archive.path)
      : { what: `bucket "${archiveName(archive)}", to be written`, state: "there", make: () => Promise.resolve() };
  return { steps: [step], byHand: [], close: () => Promise.resolve() };
}

async function folderStep(path: string): Promise<SetupStep> {
  const what = `folder "${path}"`;
  return {
    what,
    state: (await isThere(path)) ? "there" : "missing",
    async make() {
      try {
        await makeFolderDurably(path);
      } catch (error) {
        throw ioError(`create ${what}`, error);
      }
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw ioError(`look at "${path}"`, error);
  }
}
