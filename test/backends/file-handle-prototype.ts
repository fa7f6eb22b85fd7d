import { type FileHandle, open } from "node:fs/promises";

/** What all open files share, to spy on them: Node.js does not export their class. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  await using handle = await open(import.meta.filename, "r");
  return Object.getPrototypeOf(handle) as FileHandle;
}
