import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./durable-folder.ts";

/**
 * Gives a finished file its name, in the place of one that is there. Its bytes are durable before, and the name when this
 * resolves. Rejects with what `node:fs` throws.
 */
export async function giveName(unfinished: string, path: string): Promise<void> {
  const file = await open(unfinished, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncFolder(dirname(path));
}
