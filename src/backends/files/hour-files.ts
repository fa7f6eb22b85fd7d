import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { makeFolderDurably } from "./durable-folder.ts";
import { giveName } from "./give-name.ts";
import { ioError } from "./io-error.ts";

const compress = promisify(zstdCompress);

/** Compressed files in a folder, each of which appears wholly or not at all. */
export interface HourFiles {
  /** Adds bytes to the file of that name, as a frame of their own. Rejects with `IoError`. */
  append(name: string, content: Uint8Array): Promise<void>;
  /** Gives each file that was added to since the last time its name, once it is durable. Rejects with `IoError`. */
  finish(): Promise<void>;
}

/** What a killed process had added to files without a name is written over. */
export function createHourFiles(folder: string): HourFiles {
  const unfinished = new Set<string>();
  return {
    async append(name, content) {
      const path = unfinishedPath(folder, name);
      const isNew = !unfinished.has(name);
      try {
        if (isNew) await makeFolderDurably(dirname(path));
        const frame = await compress(content);
        const file = await open(path, isNew ? "w" : "a");
        try {
          await file.writeFile(frame);
        } finally {
          await file.close();
        }
        unfinished.add(name);
      } catch (error) {
        throw ioError(`write "${path}"`, error);
      }
    },
    async finish() {
      for (const name of unfinished) {
        const path = join(folder, name);
        try {
          await giveName(unfinishedPath(folder, name), path);
        } catch (error) {
          throw ioError(`write "${path}"`, error);
        }
      }
      unfinished.clear();
    },
  };
}

function unfinishedPath(folder: string, name: string): string {
  return `${join(folder, name)}.unfinished`;
}
