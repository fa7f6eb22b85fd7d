import { glob, stat } from "node:fs/promises";
import { UsageError } from "../../core/fault.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";
import { checkOpenable } from "./openable.ts";

/** True for a path with characters that make it a glob. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The files that paths and globs name, each once: paths in the order given, the plain files of a glob in order of names.
 * Rejects with `UsageError` for what is missing, is a folder, or matches nothing.
 */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    const found = await kindOf(path);
    // A pipe or a device is read where it is named: whoever names it knows when it ends.
    if (found === "file" || found === "other") files.add(path);
    else if (found === "folder")
      throw new UsageError(`read "${path}": it is a folder (hint: "${path}/*" names its files)`);
    else if (isPattern(path)) for (const match of await expandGlob(path)) files.add(match);
    else throw new UsageError(`read "${path}": no such file`);
  }
  return [...files];
}

async function expandGlob(pattern: string): Promise<string[]> {
  const matches: string[] = [];
  for await (const match of glob(pattern)) {
    const kind = await kindOf(match);
    if (kind === "file") matches.push(match);
    // What the system gives for it is not its name: its lines would be missing without a word.
    if (kind === "nothing" && hasNoName(match)) {
      throw new UsageError(`read "${match}": its name is not valid UTF-8 (hint: rename it)`);
    }
  }
  if (matches.length === 0) throw new UsageError(`read "${pattern}": no file matches`);
  return matches.sort();
}

/** True for a name that stands for bytes which are none. */
export function hasNoName(path: string): boolean {
  return path.includes("\ufffd");
}

async function kindOf(path: string): Promise<"file" | "folder" | "other" | "nothing"> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
  } catch (error) {
    if (isMissing(error)) return "nothing";
    throw new UsageError(`read "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Stored bytes of the files, each of which may be read: who is told so later has made an archive by then. Rejects with
 * `IoError`. `check` rejects as `open` of `node:fs` does.
 */
export async function totalBytes(files: readonly string[], check = checkOpenable): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    try {
      const stats = await stat(file);
      // A pipe would wait for somebody who writes.
      if (stats.isFile()) await check(file);
      bytes += stats.size;
    } catch (error) {
      throw ioError(`read "${file}"`, error);
    }
  }
  return bytes;
}
