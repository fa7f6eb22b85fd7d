import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../core/fault.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";

/** What lies directly in an archive. */
const PARTS = ["wal", "vault", "ctl", "facts"];

/**
 * Rejects with `UsageError`, `operation` first, for a place where no archive can be: a file, or a part of another archive,
 * whose vault would hold what nobody has signed. With `IoError` where nobody can tell.
 */
export async function checkArchivePlace(root: string, operation: string): Promise<void> {
  const path = resolve(root);
  if ((await kindOf(path, operation)) === "other") {
    const hint = "--archive names a folder or gs://BUCKET/PREFIX; files of lines go by run --from";
    throw new UsageError(`${operation}: not a folder (hint: ${hint})`);
  }
  if (!PARTS.includes(basename(path))) return;
  const parent = dirname(path);
  for (const part of PARTS.filter((each) => each !== basename(path))) {
    if ((await kindOf(join(parent, part), operation)) !== "folder") continue;
    throw new UsageError(`${operation}: it lies within the archive "${parent}" (hint: --archive ${parent})`);
  }
}

async function kindOf(path: string, operation: string): Promise<"folder" | "other" | "nothing"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (isMissing(error)) return "nothing";
    throw ioError(operation, error);
  }
}
