import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

/** Files of tests share this module: a hook of its own would run after those of the first file alone. */
export async function removeTempFolders(): Promise<void> {
  const removals = folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }));
  const failed = (await Promise.allSettled(removals)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** A new empty folder, removed after the tests of the file (test/after-each-file.ts). */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-test-"));
  folders.push(folder);
  return folder;
}
