import type { Dirent } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isOfSystem } from "./of-system.ts";

export interface SweeperOptions {
  readonly folder: string;
  /** False for what others may have put there. */
  readonly isOurs: (entry: Dirent) => boolean;
  /** Nobody works on the same for so long: what is older was left by a killed process. */
  readonly abandonedAfterMs: number;
  readonly nowMs: () => number;
}

/**
 * Removes what killed processes left in a folder when it is called first, and never again. What the system does not let
 * list, look at or remove stays, and nobody is told: this is a courtesy to the disk, and must keep nobody from work. Who
 * works in the same folder hears of a disk that fails by that work.
 */
export function createSweeper(options: SweeperOptions): () => Promise<void> {
  let isSwept = false;
  return async () => {
    if (isSwept) return;
    // Also where it fails: it would fail again.
    isSwept = true;
    await unlessRefused(() => sweep(options));
  };
}

async function sweep({ folder, isOurs, abandonedAfterMs, nowMs }: SweeperOptions): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!isOurs(entry)) continue;
    const path = join(folder, entry.name);
    // Another user's, or another process was faster: the others are removed.
    await unlessRefused(async () => {
      if (nowMs() - (await stat(path)).mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true });
    });
  }
}

async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isOfSystem(error)) throw error;
  }
}
