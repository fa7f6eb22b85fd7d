import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import { DAY_MS } from "../../core/units.ts";
import { ioError } from "./io-error.ts";

/** Of scratch files, and of the folders into which DuckDB spills. */
const SCRATCH_NAME = /^logtally-(?:spill-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?$/;
const OWNER_ONLY = 0o700;
/** Nobody works on the same for so long: what is older was left by a killed process. */
const ABANDONED_AFTER_MS = 7 * DAY_MS;

/**
 * Does work in a folder of its own below that one, which nobody else may read, and which is gone at the end. What a kill
 * leaves is removed with other scratch files. Rejects with `IoError`, and with what the work rejects with.
 */
export async function inScratchFolder(parent: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(parent, `logtally-${randomUUID()}`);
  try {
    await mkdir(folder, { mode: OWNER_ONLY });
  } catch (error) {
    throw ioError(`make "${folder}"`, error);
  }
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Scratch files in that folder, which is made where it is missing. The first removes what killed processes left there. */
export function createScratchFolder(folder: string, nowMs: () => number): ScratchFiles {
  let isSwept = false;
  return {
    async collect(write) {
      if (!isSwept) await removeAbandoned(folder, nowMs() - ABANDONED_AFTER_MS);
      isSwept = true;
      const path = join(folder, `logtally-${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true });
        try {
          await write(path);
          return await readFile(path);
        } finally {
          await rm(path, { force: true });
        }
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === undefined ? error : ioError(`write "${path}"`, error);
      }
    },
  };
}

/**
 * The folder may be one of the system, with files of others. What cannot be listed, looked at or removed stays: this is a
 * courtesy to the disk, and must keep nobody from work.
 */
async function removeAbandoned(folder: string, beforeMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => SCRATCH_NAME.test(each))) {
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < beforeMs) await rm(path, { recursive: true, force: true });
    } catch {
      // Of another user, or on a disk that fails: the next process tries again.
    }
  }
}
