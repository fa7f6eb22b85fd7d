import { join } from "node:path";
import { readControlFile, replaceControlFile } from "../control-file.ts";
import { makeFolderDurably } from "../durable-folder.ts";
import { ioError } from "../io-error.ts";
import { removeUnfinished } from "../replace-file.ts";
import { type Checkpoint, formatCheckpoints, parseCheckpoints } from "./checkpoint-text.ts";
import { lockState } from "./state-lock.ts";

/** The checkpoints of one process that follows files: a folder of its own, locked as long as it is open. */
export interface FollowState {
  /** What was saved last; none at first. Rejects with `IoError`. */
  load(): Promise<readonly Checkpoint[]>;
  /** Durable when it resolves, wholly or not at all. Rejects with `IoError`. */
  save(checkpoints: readonly Checkpoint[]): Promise<void>;
  /** Unlocks the folder. */
  readonly close: () => void;
}

const FILE = "checkpoints.json";
/** Makes the folder where it is missing. Rejects with `UsageError` where another process uses it, and with `IoError`. */
export async function openFollowState(folder: string): Promise<FollowState> {
  try {
    await makeFolderDurably(folder);
  } catch (error) {
    throw ioError(`make "${folder}"`, error);
  }
  const unlock = lockState(folder);
  const path = join(folder, FILE);
  return {
    async load() {
      await removeUnfinished(path);
      const text = await readControlFile(path);
      return text === null ? [] : parseCheckpoints(text, path);
    },
    save: (checkpoints) => replaceControlFile(path, formatCheckpoints(checkpoints)),
    close: unlock,
  };
}
