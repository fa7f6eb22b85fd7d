import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import { ioError } from "./io-error.ts";

/** Scratch files in that folder, which is made where it is missing. */
export function createScratchFolder(folder: string): ScratchFiles {
  return {
    async collect(write) {
      const path = join(folder, `logtally-${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true });
        await write(path);
        return await readFile(path);
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === undefined ? error : ioError(`write "${path}"`, error);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}
