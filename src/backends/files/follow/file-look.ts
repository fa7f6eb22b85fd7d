import type { BigIntStats } from "node:fs";
import { glob, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../missing.ts";
import { isOfSystem } from "../of-system.ts";
import { hasNoName, isPattern } from "../paths.ts";

/** A file as it is now. */
export interface FileLook {
  /** Empty where no name of it is known, but it is open. */
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly changedAtMs: number;
  /** The same in two looks where nobody has written to the file in between. */
  readonly stamp: string;
  /** True for a removed file that is open still. */
  readonly isRemoved: boolean;
}

/** Is told of what cannot be looked at. */
export type OnUnseen = (path: string, error: unknown) => void;

/** Copies that were compressed repeat what was read, and grow no more. */
const COMPRESSED = /\.(?:gz|zst|bz2|xz)$/;
const NS_PER_MS = 1e6;

/** What tells a file from all others that are there at the same time. */
export function keyOf({ device, inode }: Pick<FileLook, "device" | "inode">): string {
  return `${device}:${inode}`;
}

export function lookOf(path: string, { dev, ino, size, mtimeNs, nlink }: BigIntStats): FileLook {
  return {
    path,
    device: String(dev),
    inode: String(ino),
    sizeBytes: Number(size),
    changedAtMs: Number(mtimeNs) / NS_PER_MS,
    stamp: `${size} ${mtimeNs}`,
    isRemoved: nlink === 0n,
  };
}

/** The plain files that a path or glob names now, in order of names. */
export async function lookAtNamed(pathOrGlob: string, onUnseen: OnUnseen): Promise<FileLook[]> {
  const paths = isPattern(pathOrGlob) ? await Array.fromAsync(glob(pathOrGlob)) : [];
  // A file may have the characters of a glob in its name.
  return lookAtEach([pathOrGlob, ...paths.sort()], onUnseen);
}

/** The plain files in a folder; null where it cannot be read. */
export async function lookInFolder(folder: string, onUnseen: OnUnseen): Promise<FileLook[] | null> {
  try {
    const names = await readdir(folder);
    return await lookAtEach(
      names.sort().map((name) => join(folder, name)),
      onUnseen,
    );
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    onUnseen(folder, error);
    return null;
  }
}

async function lookAtEach(paths: readonly string[], onUnseen: OnUnseen): Promise<FileLook[]> {
  const looks: FileLook[] = [];
  for (const path of paths) {
    const look = COMPRESSED.test(path) ? null : await lookAt(path, onUnseen);
    if (look !== null) looks.push(look);
  }
  return looks;
}

/** Null where there is no file; folders, pipes and devices are none. */
export async function lookAt(path: string, onUnseen: OnUnseen): Promise<FileLook | null> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? lookOf(path, stats) : null;
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    if (!isMissing(error) || hasNoName(path)) onUnseen(path, error);
    return null;
  }
}
