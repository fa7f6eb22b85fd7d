import { stat } from "node:fs/promises";
import { type Output, openOutputFile } from "../../backends/files/output-file.ts";
import { IoError, UsageError } from "../../core/fault.ts";
import { print } from "./print.ts";

/** The file that a command line names for output, or standard output for `-`; the twin of `openInput`. */
export async function openOutput(path: string): Promise<Output> {
  if (path === "-") return { write: print, close: () => Promise.resolve() };
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory() === true) throw new UsageError(`write "${path}": it is a folder (hint: name a file)`);
  try {
    return await openOutputFile(path);
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "not_found") throw error;
    throw new UsageError(`${error.message} (hint: make its folder first)`, { cause: error });
  }
}
