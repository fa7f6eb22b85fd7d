import { randomUUID } from "node:crypto";
import { constants, type Dirent, readdirSync, statSync } from "node:fs";
import { access, type FileHandle, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { IoError, UsageError } from "../../core/fault.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { DAY_MS } from "../../core/units.ts";
import { checkArchivePlace } from "./archive-place.ts";
import { createDurableFolders, syncFolder } from "./durable-folder.ts";
import { ioError } from "./io-error.ts";
import { linkUnlessTaken } from "./link-unless-taken.ts";
import { isMissing } from "./missing.ts";
import { checkWritable, nearestFolder } from "./nearest-folder.ts";
import { createSweeper } from "./sweeper.ts";

/** Unfinished objects. On the same file system as all others, so that they can be linked to their names. */
const UNFINISHED = "ctl/tmp";
/** Nobody writes one object for so long. */
const ABANDONED_AFTER_MS = DAY_MS;
/** A pipe that nobody writes to must hold up nobody. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK;
/** To wait for a thread takes four times as long as to read a folder; but others must get their turn in between. */
const FOLDERS_AT_ONCE = 64;
const AS_ENTRIES = { withFileTypes: true } as const;

/**
 * Objects as files below a folder. An object appears under its name in one step, by a link to a file that is whole
 * and on the disk already; a killed writer leaves at most an unfinished file that no reader looks at.
 */
export function createFolderStore(root: string, nowMs: () => number): ObjectStore {
  const pathOf = (name: string): string => {
    checkObjectName(name);
    return resolve(root, name);
  };

  const makeFolder = createDurableFolders(root);
  const checkStillThere = createArchiveWatch(root);
  const sweep = createSweeper({
    folder: join(root, UNFINISHED),
    isOurs: (entry) => entry.isFile(),
    abandonedAfterMs: ABANDONED_AFTER_MS,
    nowMs,
  });

  return {
    async create(name, content) {
      const path = pathOf(name);
      const unfinished = join(root, UNFINISHED, randomUUID());
      const operation = `create "${name}" in "${root}"`;
      try {
        await checkStillThere(operation);
        await makeFolder(dirname(path));
        await makeFolder(dirname(unfinished));
        // It may have begun only now.
        await checkStillThere(operation);
        await sweep();
        await writeDurably(unfinished, content);
        const isNew = await linkUnlessTaken(unfinished, path);
        await syncFolder(dirname(path));
        return isNew ? "created" : "exists";
      } catch (error) {
        throw ioError(operation, error);
      } finally {
        await removeIfThere(unfinished);
      }
    },

    async read(name, start, end) {
      try {
        const file = await open(pathOf(name), READING);
        try {
          return await readFully(file, start, end);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw ioError(`read "${name}" in "${root}"`, error);
      }
    },

    list: (prefix, ending) => listObjects(root, prefix, ending),

    async *listFolders(folder) {
      checkObjectPrefix(folder);
      yield* foldersIn(root, folder);
    },

    async check(mode) {
      const operation = `open archive "${root}"`;
      await checkArchivePlace(root, operation);
      await (mode === "write" ? checkWritable(root, operation) : checkReadable(root, operation));
    },
  };
}

async function checkReadable(root: string, operation: string): Promise<void> {
  const folder = await nearestFolder(resolve(root), operation);
  if (folder !== resolve(root)) {
    throw new UsageError(
      `${operation}: no such folder (hint: name the pipeline file, or --archive; a new one is made by logtally run)`,
    );
  }
  await checkIsArchive(root);
  try {
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw ioError(operation, error);
  }
}

/**
 * Rejects with `IoError` once the folder that was an archive is none any more: below the place where a disk was mounted,
 * say, an empty archive would begin, and nobody would hear of it. By what is in it: numbers of devices and inodes change
 * under network file systems.
 */
function createArchiveWatch(root: string): (operation: string) => Promise<void> {
  let wasArchive = false;
  return async (operation) => {
    const isArchive = await hasAnyRoot(root);
    if (wasArchive && !isArchive) {
      throw new IoError(
        "not_found",
        `${operation}: the archive was there, and is gone now (hint: look whether its disk is mounted, and run again)`,
      );
    }
    wasArchive ||= isArchive;
  };
}

async function hasAnyRoot(root: string): Promise<boolean> {
  for (const name of ROOTS) {
    try {
      await access(join(root, name));
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return false;
}

/** Folders with lines, of which an archive may have either or both, and what the first run makes. */
const ROOTS = ["wal", "vault", "ctl"];

/** Tells an archive from other folders. */
async function checkIsArchive(root: string): Promise<void> {
  try {
    const found = (await readdir(root)).filter((name) => ROOTS.includes(name));
    for (const name of found) {
      // May be a link to a folder.
      if ((await stat(join(root, name))).isDirectory()) continue;
      throw new IoError("corrupt", `open archive "${root}": "${name}" is no folder (hint: restore it from a copy)`);
    }
    if (found.length > 0) return;
  } catch (error) {
    throw ioError(`open archive "${root}"`, error);
  }
  throw new UsageError(
    `open archive "${root}": no archive in this folder (hint: name the pipeline file, or --archive)`,
  );
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw ioError("remove an unfinished object", error);
  }
}

async function readFully(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new IoError("denied", "read what is no plain file");
  // Whoever asks may have been told of any size.
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(end, stats.size) - start));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** One generator for all folders: each one around it would be waited for with every object. */
async function* listObjects(root: string, prefix: string, ending = ""): AsyncIterable<ObjectInfo> {
  checkObjectPrefix(prefix);
  let opened = 0;
  const entries = async (folder: string): Promise<Iterator<NamedEntry>> =>
    (await entriesOf(root, folder, opened++ % FOLDERS_AT_ONCE === 0)).values();
  const open = [await entries(prefix.slice(0, prefix.lastIndexOf("/") + 1))];
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const { value: found } = folder.next();
    if (found === undefined) {
      open.pop();
    } else if (found.name.startsWith(prefix)) {
      if (found.entry.isDirectory()) open.push(await entries(found.name));
      else if (found.name.endsWith(ending) || !found.entry.isFile()) {
        const facts = factsOf(join(root, found.name));
        if (facts !== null) yield { name: found.name, ...facts };
      }
    }
  }
}

async function* foldersIn(root: string, folder: string): AsyncIterable<string> {
  for (const { name, entry } of await entriesOf(root, folder)) {
    // Tells of a link to a folder as `list` does.
    if (entry.isSymbolicLink()) factsOf(join(root, name));
    if (entry.isDirectory()) yield name;
  }
}

interface NamedEntry {
  /** From the root on; of a folder with a slash, so that it sorts as in a bucket, whose names are plain strings. */
  readonly name: string;
  readonly entry: Dirent;
}

/** What lies in a folder, in order; nothing where there is none. `waits`: for a thread that reads it. */
async function entriesOf(root: string, folder: string, waits = true): Promise<NamedEntry[]> {
  const path = join(root, folder);
  try {
    const found = waits ? await readdir(path, AS_ENTRIES) : readdirSync(path, AS_ENTRIES);
    const named = found.map((entry) => ({ name: `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`, entry }));
    return named.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw ioError(`list "${path}"`, error);
  }
}

/**
 * A file is linked to its name once it is whole, and never changed, so it was written last when it appeared. Null for one
 * that was removed since its folder was read.
 */
function factsOf(path: string): Omit<ObjectInfo, "name"> | null {
  try {
    // The folder was just read, so it takes microseconds; to wait for each would take ten times as long.
    const stats = statSync(path);
    // A link to a file is as good as the file; one to a folder could lead anywhere, and round in circles.
    if (!stats.isFile()) {
      const hint = "an archive holds files and folders only: move it away";
      throw new IoError("denied", `look at "${path}": neither a plain file nor a folder (hint: ${hint})`);
    }
    return { sizeBytes: stats.size, createdAtMs: stats.mtimeMs };
  } catch (error) {
    if (isMissing(error)) return null;
    throw ioError(`look at "${path}"`, error);
  }
}
