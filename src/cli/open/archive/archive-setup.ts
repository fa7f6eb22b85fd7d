import { stat } from "node:fs/promises";
import { makeFolderDurably } from "../../../backends/files/durable-folder.ts";
import { ioError } from "../../../backends/files/io-error.ts";
import type { ArchiveSettings, BucketSettings } from "../../../config/pipeline.ts";
import type { ServiceSetup, SetupStep } from "../setup-step.ts";
import { archiveName, openArchiveStore } from "./archive-store.ts";
import { retentionSteps } from "./retention-setup.ts";

/**
 * A folder is made. A bucket has to be there, since its location is a decision that stays; names in it need no folders,
 * and it gets the retention that was asked for, locked only where `locksRetention` says so. Rejects with `IoError` where
 * the archive could not be written.
 */
export async function openArchiveSetup(archive: ArchiveSettings, locksRetention: boolean): Promise<ServiceSetup> {
  await (await openArchiveStore(archive)).check("write");
  const steps =
    archive.kind === "folder" ? [await folderStep(archive.path)] : await bucketSteps(archive, locksRetention);
  return { steps, byHand: [], close: () => Promise.resolve() };
}

async function bucketSteps(archive: BucketSettings, locksRetention: boolean): Promise<SetupStep[]> {
  const what = `bucket "${archiveName(archive)}", to be written`;
  const there: SetupStep = { what, state: "there", make: () => Promise.resolve() };
  return [there, ...(await retentionSteps(archive, locksRetention))];
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
