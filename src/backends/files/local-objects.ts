import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { IoError, isOfObject } from "../../core/fault.ts";
import type { ExpectedObject, LocalObjects } from "../../core/local-objects.ts";
import { checkObjectName } from "../../core/object-name.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { KIB } from "../../core/units.ts";
import { ioError } from "./io-error.ts";
import { isMissing } from "./missing.ts";
import { replaceFile } from "./replace-file.ts";

const CHUNK_BYTES = 256 * KIB;
const OWNER_ONLY = 0o600;

/** The objects of an archive that is a folder: its own files. */
export function createFolderObjects(root: string): LocalObjects {
  return {
    async fileOf(object) {
      checkExpected(object);
      const path = resolve(root, object.name);
      await checkFile(path, object);
      return path;
    },
  };
}

export interface ObjectCacheOptions {
  readonly store: ObjectStore;
  /** Made where it is missing; nothing else lies in it. */
  readonly folder: string;
  /** Beyond it the files that were not used for longest are removed, none of this process. */
  readonly limitBytes: number;
  readonly nowMs: () => number;
}

/** Copies of objects of any store, by their content, kept for the next time. */
export function createObjectCache({ store, folder, limitBytes, nowMs }: ObjectCacheOptions): LocalObjects {
  const lent = new Set<string>();

  async function copy(path: string, object: ExpectedObject): Promise<void> {
    const bytes = await store.read(object.name, 0, object.sizeBytes + 1);
    checkBytes(object, bytes.length, createHash("sha256").update(bytes).digest("hex"));
    await replaceFile(path, bytes, OWNER_ONLY);
  }

  return {
    async fileOf(object) {
      checkExpected(object);
      const path = join(folder, object.sha256);
      lent.add(object.sha256);
      try {
        await mkdir(folder, { recursive: true });
        if (await isCopyOf(path, object)) {
          const now = new Date(nowMs());
          await utimes(path, now, now);
        } else {
          await copy(path, object);
          await removeOldest(folder, limitBytes, lent);
        }
      } catch (error) {
        throw ioError(`read "${object.name}"`, error);
      }
      return path;
    },
  };
}

/** A receipt may name anything: it must not lead out of the archive, or of the folder of copies. */
function checkExpected({ name, sizeBytes, sha256 }: ExpectedObject): void {
  checkObjectName(name);
  if (/^[0-9a-f]{64}$/.test(sha256) && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) return;
  throw new IoError("corrupt", `read "${name}": no size and SHA-256 are said of it`);
}

/** False for a copy that is missing, or was damaged since. */
async function isCopyOf(path: string, object: ExpectedObject): Promise<boolean> {
  try {
    await checkFile(path, object);
    return true;
  } catch (error) {
    if (isOfObject(error)) return false;
    throw error;
  }
}

/** Reads into one buffer: a stream, which makes a new one of each chunk, takes half as long again. */
async function checkFile(path: string, object: ExpectedObject): Promise<void> {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let sizeBytes = 0;
  try {
    await using file = await open(path);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      sizeBytes += bytesRead;
      hash.update(chunk.subarray(0, bytesRead));
    }
  } catch (error) {
    throw ioError(`read "${object.name}"`, error);
  }
  checkBytes(object, sizeBytes, hash.digest("hex"));
}

function checkBytes(object: ExpectedObject, sizeBytes: number, sha256: string): void {
  if (sizeBytes !== object.sizeBytes) {
    throw new IoError("corrupt", `read "${object.name}": it is not of ${object.sizeBytes} bytes`);
  }
  if (sha256 !== object.sha256) throw new IoError("corrupt", `read "${object.name}": its bytes were altered`);
}

async function removeOldest(folder: string, limitBytes: number, lent: ReadonlySet<string>): Promise<void> {
  const files = await Promise.all((await readdir(folder)).map((name) => fileIn(folder, name)));
  const found = files.filter((file) => file !== null).toSorted((a, b) => a.usedAtMs - b.usedAtMs);
  let sizeBytes = found.reduce((sum, file) => sum + file.sizeBytes, 0);
  for (const file of found) {
    if (sizeBytes <= limitBytes) return;
    if (lent.has(file.name)) continue;
    await rm(join(folder, file.name), { force: true });
    sizeBytes -= file.sizeBytes;
  }
}

/** Null where another process removed it. */
async function fileIn(folder: string, name: string) {
  try {
    const { size: sizeBytes, mtimeMs: usedAtMs } = await stat(join(folder, name));
    return { name, sizeBytes, usedAtMs };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
