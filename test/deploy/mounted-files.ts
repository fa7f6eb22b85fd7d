import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** Files of a volume, by their paths in it. */
export type Files = ReadonlyMap<string, string>;

/**
 * Mounts the files of a ConfigMap or of Secrets, or puts others in their place, as a kubelet does: they are links into a
 * folder, and one link is turned from the old folder to the new one, so that nobody sees half of a change. Nobody may
 * write there.
 */
export async function mountFiles(folder: string, files: Files, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const there = await readdir(folder);
  const fresh = await mkdtemp(`${folder}/..files-`);
  for (const [path, text] of files) {
    await writeFile(join(fresh, path), text);
    await chmod(join(fresh, path), mode);
  }
  await chmod(fresh, 0o555);
  await symlink(basename(fresh), `${folder}/..data_tmp`);
  await rename(`${folder}/..data_tmp`, `${folder}/..data`);
  for (const path of files.keys()) {
    if (!there.includes(path)) await symlink(join("..data", path), join(folder, path));
  }
  for (const old of there.filter((name) => name.startsWith("..files-"))) {
    await chmod(join(folder, old), 0o755);
    await rm(join(folder, old), { recursive: true });
  }
  await chmod(folder, 0o555);
}
