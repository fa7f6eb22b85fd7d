import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ioError } from "./io-error.ts";

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

/** Makes the file unless it is there; resolves with the text that it holds now. Rejects with `IoError`. */
export async function createControlFile(path: string, text: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx", mode: OWNER_ONLY, flush: true });
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return (await readControlFile(path)) ?? "";
    throw ioError(`create "${path}"`, error);
  }
}
