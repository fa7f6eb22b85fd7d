import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { type FileLook, isOfSystem, lookInFolder, type OnUnseen } from "./file-look.ts";
import { type FollowedFile, fileAt, isRotatedName } from "./followed-file.ts";
import type { FollowedFiles } from "./followed-files.ts";
import { readHead } from "./next-lines.ts";
import { isSameHead, type Position } from "./position.ts";

/**
 * Whoever rotates by copying and truncating leaves the lines that were written just before in the copy alone: it is
 * followed from where the file was read to, where it lies beside it, uncompressed, under a longer name. What else there
 * is to do is told.
 */
export async function followCopy(
  files: FollowedFiles,
  { path, position, acked }: FollowedFile,
  { tell, onUnseen }: { readonly tell: (message: string) => void; readonly onUnseen: OnUnseen },
): Promise<void> {
  for (const look of (await lookInFolder(dirname(path), onUnseen)) ?? []) {
    if (!isRotatedName(look.path, path) || !(await beginsAlike(look, position))) continue;
    // One that is named itself is read as a whole.
    if (files.has(look)) return;
    const copy = fileAt({ device: look.device, inode: look.inode, path, position });
    // What is in hand is not durable yet: from there another process would have to go on.
    files.add({ ...copy, acked });
    return;
  }
  tell(
    `follow "${path}": it was truncated or replaced, and no copy of what was read to byte ${position.offset} is beside ` +
      'it, which may have more lines (hint: name a rotated or compressed copy to "logtally run --from"; lines that came ' +
      "before count once)",
  );
}

/** A file that cannot be read does not: then there is no copy, which is told. */
async function beginsAlike(look: FileLook, position: Position): Promise<boolean> {
  try {
    await using file = await open(look.path, "r");
    const { size } = await file.stat();
    return size >= position.offset && isSameHead(position, await readHead(file, position.headBytes));
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    return false;
  }
}
