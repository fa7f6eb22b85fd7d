import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolderDurably, syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";
import { linkUnlessTaken } from "./link-unless-taken.ts";
import { isMissing } from "./missing.ts";
import { replaceFile } from "./replace-file.ts";

/** Only the owner may read what lies under `ctl`. */
const OWNER_ONLY = 0o600;

/** The text of a small file; null where there is none. Rejects with `IoError`. */
export async function readControlFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw ioError(`read "${path}"`, error);
  }
}

/**
 * Makes the file unless it is there; resolves with the text that it holds now. It is there wholly or not at all,
 * whoever else makes it at the same time. Rejects with `IoError`.
 */
export async function createControlFile(path: string, text: string): Promise<string> {
  // Looked at first, so that an archive which nobody may write to can be read.
  const known = await readControlFile(path);
  if (known !== null) return known;
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await makeFolderDurably(dirname(path));
    try {
      await writeFile(unfinished, text, { flag: "wx", mode: OWNER_ONLY, flush: true });
      const isNew = await linkUnlessTaken(unfinished, path);
      await syncFolder(dirname(path));
      if (isNew) return text;
    } finally {
      await rm(unfinished, { force: true });
    }
  } catch (error) {
    throw ioError(`create "${path}"`, error);
  }
  return (await readControlFile(path)) ?? "";
}

/** Gives the file another text, wholly or not at all. Rejects with `IoError`. */
export async function replaceControlFile(path: string, text: string): Promise<void> {
  await replaceFile(path, text, OWNER_ONLY);
}
