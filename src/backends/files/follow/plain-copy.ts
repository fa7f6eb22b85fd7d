import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing } from "../missing.ts";
import { isOfSystem } from "../of-system.ts";
import { type FileLook, lookInFolder, type OnUnseen } from "./file-look.ts";
import { type FollowedFile, fileAt, isRotatedName } from "./followed-file.ts";
import type { FollowedFiles } from "./followed-files.ts";
import { readHead } from "./next-lines.ts";
import { type OpenFiles, READING } from "./open-files.ts";
import { isSameHead, type Position } from "./position.ts";

/**
 * Goes on in an uncompressed copy of what was read of a file, where one lies beside it under a longer name: it is
 * followed from there on. False where there is none.
 */
export async function followPlainCopy(
  { path, position, acked }: FollowedFile,
  files: FollowedFiles,
  openFiles: OpenFiles,
  onUnseen: OnUnseen,
): Promise<boolean> {
  for (const look of (await lookInFolder(dirname(path), onUnseen)) ?? []) {
    if (!isRotatedName(look.path, path) || !(await beginsAlike(look, position))) continue;
    // One that is named itself is read as a whole.
    if (files.has(look)) return true;
    // What is in hand is not durable yet: from there another process would have to go on.
    const copy = { ...fileAt({ device: look.device, inode: look.inode, path, position }), acked, look };
    files.add(copy);
    await openAtOnce(copy, look, openFiles, onUnseen);
    return true;
  }
  return false;
}

/** It may be compressed and removed soon; where it is by now, the next scan finds it gone, and what it became. */
async function openAtOnce(
  copy: FollowedFile,
  { path }: FileLook,
  openFiles: OpenFiles,
  onUnseen: OnUnseen,
): Promise<void> {
  try {
    await openFiles.open(copy);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    // Its turn comes after the next scan, as that of any other file.
    if (!isMissing(error)) onUnseen(path, error);
  }
}

/** A file that cannot be read does not: then there is no copy. */
async function beginsAlike(look: FileLook, position: Position): Promise<boolean> {
  try {
    await using file = await open(look.path, READING);
    const { size } = await file.stat();
    return size >= position.offset && isSameHead(position, await readHead(file, position.headBytes));
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    return false;
  }
}
