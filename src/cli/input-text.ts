import { readFile } from "node:fs/promises";
import { UsageError } from "../core/fault.ts";

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied (hint: the user that runs this needs the right to read it)",
};

/** The text of a file; `what` it is, for the message. Rejects with `UsageError`. */
export async function readInput(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, what, error);
  }
}

/** Of what `node:fs` throws for a file that a command was given. */
export function unreadable(path: string, what: string, error: unknown): UsageError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new UsageError(`read ${what} "${path}": ${WORDS[code] ?? message}`, { cause: error });
}
