import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ioError } from "./io-error.ts";
import { linkUnlessTaken } from "./link-unless-taken.ts";

/** Only the owner may read what lies under `ctl`. */
const OWNER_ONLY = 0o600;

/** The text of a small file; null where there is none. Rejects with `IoError`. */
export async function readControlFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw ioError(`read "${path}"`, error);
  }
}

/**
 * Makes the file unless it is there; resolves with the text that it holds now. It is there wholly or not at all,
 * whoever else makes it at the same time. Rejects with `IoError`.
 */
export async function createControlFile(path: string, text: string): Promise<string> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(unfinished, text, { flag: "wx", mode: OWNER_ONLY, flush: true });
      if (await linkUnlessTaken(unfinished, path)) return text;
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
  const unfinished = `${path}.${randomUUID()}`;
  try {
    try {
      await writeFile(unfinished, text, { flag: "wx", mode: OWNER_ONLY, flush: true });
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
  } catch (error) {
    throw ioError(`replace "${path}"`, error);
  }
}
