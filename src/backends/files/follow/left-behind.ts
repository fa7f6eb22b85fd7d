import { findCompressedCopy, isOfCopy, linesBehind } from "./compressed-copy.ts";
import type { OnUnseen } from "./file-look.ts";
import type { FollowedFile } from "./followed-file.ts";
import type { FollowedFiles } from "./followed-files.ts";
import type { NextLines } from "./next-lines.ts";
import type { OpenFiles } from "./open-files.ts";
import { followPlainCopy } from "./plain-copy.ts";

export interface Surroundings {
  readonly files: FollowedFiles;
  readonly openFiles: OpenFiles;
  readonly tell: (message: string) => void;
  readonly onUnseen: OnUnseen;
}

/**
 * The lines that a file had behind what was read of it, and that its rotated copy has alone: whoever copies and truncates
 * leaves those there that were written just before, and whoever compresses while nobody follows all that came meanwhile.
 * Gives what a compressed copy has; an uncompressed one is followed. Where there is no copy that is told.
 */
export async function* linesLeftBehind(
  file: FollowedFile,
  { files, openFiles, tell, onUnseen }: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<NextLines> {
  const { path, position } = file;
  if (position.headBytes > 0 && (await followPlainCopy(file, files, openFiles, onUnseen))) return;
  try {
    const copy = position.headBytes > 0 ? await findCompressedCopy(path, position) : null;
    if (copy !== null) return yield* linesBehind(copy, position, signal);
  } catch (error) {
    // The same is to be done where a copy cannot be read as where there is none.
    if (!isOfCopy(error)) throw error;
  }
  const what = file.isGone ? "is gone" : "was truncated or replaced";
  tell(
    `follow "${path}": the file ${what}, and no whole copy of what was read to byte ${position.offset} is beside it, ` +
      'which may have more lines (hint: name its copy to "logtally run --from"; lines that came before count once)',
  );
}
