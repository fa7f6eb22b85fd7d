import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import { DAY_MS } from "../../core/units.ts";
import { ioError } from "./io-error.ts";
import { createSweeper } from "./sweeper.ts";

/** Of scratch files, and of the folders into which DuckDB spills. */
const SCRATCH_NAME = /^logtally-(?:spill-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?$/;
const OWNER_ONLY = 0o700;
/** Nobody works on the same for so long. */
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
  const sweep = createSweeper({
    folder,
    // It may be the folder of the system.
    isOurs: ({ name }) => SCRATCH_NAME.test(name),
    abandonedAfterMs: ABANDONED_AFTER_MS,
    nowMs,
  });
  return {
    async collect(write) {
      await sweep();
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
