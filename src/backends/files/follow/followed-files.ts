import type { Checkpoint } from "./checkpoint-text.ts";
import { type FileLook, keyOf } from "./file-look.ts";
import { type FollowedFile, fileAt, isOnRenumberedDevice, newFile } from "./followed-file.ts";
import type { OpenFiles } from "./open-files.ts";

/** Each takes about a kilobyte. */
const MAX_FILES = 10_000;

/** All files that are followed, by device and inode. */
export interface FollowedFiles {
  readonly all: () => IterableIterator<FollowedFile>;
  readonly has: (look: FileLook) => boolean;
  /** Also a file that is there already and was begun anew. */
  readonly add: (file: FollowedFile) => void;
  /** The file of that look, which may be a new one; null where there are too many. */
  readonly fileOf: (look: FileLook) => FollowedFile | null;
  /** Closes and forgets a file. */
  letGo(file: FollowedFile): Promise<void>;
  /** True where a file came, was begun anew or was let go since it was asked last. */
  readonly hasChanged: () => boolean;
}

export function createFollowedFiles(
  checkpoints: readonly Checkpoint[],
  openFiles: OpenFiles,
  tell: (message: string) => void,
): FollowedFiles {
  const files = new Map(checkpoints.map((checkpoint) => [keyOf(checkpoint), fileAt(checkpoint)]));
  let isFull = false;
  let isChanged = false;

  function add(file: FollowedFile): void {
    files.set(keyOf(file), file);
    isChanged = true;
  }

  function fileOf(look: FileLook): FollowedFile | null {
    const known = files.get(keyOf(look));
    if (known !== undefined) return known;
    const renumbered = files.values().find((file) => isOnRenumberedDevice(file, look));
    if (renumbered !== undefined) {
      files.delete(keyOf(renumbered));
      renumbered.device = look.device;
      add(renumbered);
      return renumbered;
    }
    if (files.size >= MAX_FILES) {
      if (!isFull) tell(`follow "${look.path}": ${MAX_FILES} files are followed already; this one and others wait`);
      isFull = true;
      return null;
    }
    const file = newFile(look);
    add(file);
    return file;
  }

  async function letGo(file: FollowedFile): Promise<void> {
    await openFiles.close(file);
    files.delete(keyOf(file));
    isFull = false;
    isChanged = true;
  }

  return {
    all: () => files.values(),
    has: (look) => files.has(keyOf(look)),
    add,
    fileOf,
    letGo,
    hasChanged() {
      const wasChanged = isChanged;
      isChanged = false;
      return wasChanged;
    },
  };
}
