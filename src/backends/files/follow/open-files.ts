import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { keyOf, lookOf } from "./file-look.ts";
import type { FollowedFile } from "./followed-file.ts";

/** A file may be a pipe by the time it is opened, and nobody may ever write to that. */
export const READING = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Files that are held open, so that what was written before one was removed or moved elsewhere can be read still, and
 * its inode is not given to another one. At most `maxOpen`, those that were read last; but a file without a name is
 * kept, as it could not be opened again.
 */
export interface OpenFiles {
  /** Null where its name belongs to another file by now. Rejects with what `node:fs` throws. */
  open(file: FollowedFile): Promise<FileHandle | null>;
  /** Null where it is not open. */
  held(file: FollowedFile): FileHandle | null;
  close(file: FollowedFile): Promise<void>;
  closeAll(): Promise<void>;
}

export function createOpenFiles(maxOpen: number): OpenFiles {
  /** The one that was read last stands last. */
  const handles = new Map<FollowedFile, FileHandle>();

  async function close(file: FollowedFile): Promise<void> {
    const handle = handles.get(file);
    handles.delete(file);
    await handle?.close();
  }

  async function makeRoom(): Promise<void> {
    if (handles.size < maxOpen) return;
    for (const file of handles.keys()) if (file.look?.path !== "") return close(file);
  }

  return {
    async open(file) {
      const held = handles.get(file);
      if (held !== undefined) {
        handles.delete(file);
        handles.set(file, held);
        return held;
      }
      const path = file.look?.path ?? "";
      if (path === "") return null;
      await makeRoom();
      const handle = await open(path, READING);
      try {
        if (keyOf(lookOf(path, await handle.stat({ bigint: true }))) !== keyOf(file)) return null;
        handles.set(file, handle);
        return handle;
      } finally {
        // Node.js ends the process for one that is left open and forgotten.
        if (handles.get(file) !== handle) await handle.close();
      }
    },
    held: (file) => handles.get(file) ?? null,
    close,
    async closeAll() {
      for (const file of handles.keys()) await close(file);
    },
  };
}
