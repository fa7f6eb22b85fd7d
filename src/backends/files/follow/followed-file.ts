import { basename } from "node:path";
import type { Checkpoint } from "./checkpoint-text.ts";
import { type FileLook, keyOf } from "./file-look.ts";
import { BEGINNING, type Position } from "./position.ts";

/** A file that is followed, under whatever name. */
export interface FollowedFile {
  device: string;
  readonly inode: string;
  /** Where it was when its first line was read: a file that lies elsewhere was rotated. */
  path: string;
  /** As it was when it was looked at last; null where no name of it is known. */
  look: FileLook | null;
  /** True where a path or glob of the pipeline names it now. */
  isNamed: boolean;
  /** True where it is not to be found any more. */
  isGone: boolean;
  /** Behind what was handed over. */
  position: Position;
  /** Behind what is durable in the archive. */
  acked: Position;
  /** How many deliveries were handed over and are not acked. */
  unacked: number;
  /** What `wanted` said when all of it had been taken; null where there may be more. */
  taken: string | null;
}

/** A last line that no LF ends is taken from a rotated file that has not changed for so long. */
const REST_AFTER_MS = 10_000;

export function newFile({ device, inode, path }: FileLook): FollowedFile {
  return fileAt({ device, inode, path, position: BEGINNING });
}

/** One that goes on at a checkpoint. */
export function fileAt({ device, inode, path, position }: Checkpoint): FollowedFile {
  return {
    device,
    inode,
    path,
    look: null,
    isNamed: false,
    isGone: false,
    position,
    acked: position,
    unacked: 0,
    taken: null,
  };
}

export function checkpointOf({ device, inode, path, acked }: FollowedFile): Checkpoint {
  return { device, inode, path, position: acked };
}

/** True for the file at that path whose device has another number since: they may change when a machine starts. */
export function isOnRenumberedDevice(file: FollowedFile, look: FileLook): boolean {
  return file.look === null && file.inode === look.inode && file.path === look.path && keyOf(file) !== keyOf(look);
}

/** True for a name that rotation may have given it: `a.log.1`, `a.log-20201222`. */
export function isRotatedName(path: string, log: string): boolean {
  return basename(path).startsWith(basename(log));
}

/** True once a last line without an end will not get one any more. */
export function takesRest({ path, look }: FollowedFile, nowMs: number): boolean {
  return look !== null && look.path !== path && nowMs - look.changedAtMs > REST_AFTER_MS;
}

/** Changes whenever there may be more to take. */
export function wanted(file: FollowedFile, nowMs: number): string {
  return `${file.look?.stamp ?? ""}${takesRest(file, nowMs) ? " to its end" : ""}`;
}
