import { mkdir, open, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { isMissing } from "./missing.ts";

/** Folders that are remembered at the most. */
const MOST_KNOWN = 10_000;

/**
 * As `makeFolderDurably`, for folders below a root. One that is there already may have been made a moment ago by somebody
 * who was killed, or whose disk failed, before it was durable: so it is made durable once by each process.
 */
export function createDurableFolders(root: string): (path: string) => Promise<void> {
  const beginning = `${resolve(root)}${sep}`;
  const known = new Set<string>();
  const make = async (path: string): Promise<void> => {
    if (!path.startsWith(beginning)) return makeFolderDurably(path);
    if (known.has(path) && (await isThere(path))) return;
    await make(dirname(path));
    await makeFolderDurably(path);
    await syncFolder(dirname(path));
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(path);
  };
  return (path) => make(resolve(path));
}

/**
 * Makes a folder and those above it; each new one is durable when this resolves. Rejects with what `node:fs` throws. One
 * by one: Node's own way never ends where the system denies that there is a parent which is there, as below /proc.
 */
export async function makeFolderDurably(path: string): Promise<void> {
  if (await isThere(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolderDurably(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Somebody else may have been faster.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await isThere(path))) return;
    throw error;
  }
  await syncFolder(parent);
}

/** False where there is nothing, or something that is no folder. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A new name in a folder is durable only once the folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
