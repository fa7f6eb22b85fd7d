import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { giveName } from "./give-name.ts";
import { ioError } from "./io-error.ts";
import { type Output, openOutputFile } from "./output-file.ts";

/** A file in the making, of which nobody sees a part. */
export interface WholeFile extends Output {
  /** Gives up; nothing is left. To be called in any case, also behind `close`. Rejects with `IoError`. */
  discard(): Promise<void>;
}

/**
 * Writes a file compressed by gzip, whatever its name, which appears under that name when it is closed: in the place of one
 * that is there. Until then it is a hidden file beside. Rejects with `IoError`.
 */
export async function openWholeGzip(path: string): Promise<WholeFile> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}.gz`);
  const output = await openOutputFile(unfinished);
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw ioError(`write "${path}"`, error);
    }
  };
  let isClosed = false;
  const end = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await output.close();
  };
  return {
    write: (chunk) => output.write(chunk),
    close: () =>
      guarded(async () => {
        await end();
        await giveName(unfinished, path);
      }),
    discard: () =>
      guarded(async () => {
        // What failed has been told already.
        await end().catch(() => undefined);
        await rm(unfinished, { force: true });
      }),
  };
}
