import { dirname } from "node:path";
import { HOUR_MS, MINUTE_MS } from "../../../core/units.ts";
import { isOfSystem } from "../of-system.ts";
import { type FileLook, keyOf, lookAt, lookAtNamed, lookInFolder, lookOf, type OnUnseen } from "./file-look.ts";
import { type FollowedFile, isRotatedName, wanted } from "./followed-file.ts";
import type { FollowedFiles } from "./followed-files.ts";
import type { OpenFiles } from "./open-files.ts";

/** A rotated file that has not changed for so long is written to no more, and is let go. */
const LEFT_MS = HOUR_MS;
/** The same for a removed one, which takes up its space on the disk as long as it is open. */
const REMOVED_MS = MINUTE_MS;

export interface ScanOptions {
  /** Paths and globs. */
  readonly named: readonly string[];
  readonly files: FollowedFiles;
  readonly openFiles: OpenFiles;
  readonly nowMs: () => number;
  /** Is told, in words, what a user should know. */
  readonly tell: (message: string) => void;
  /** Is told of what cannot be looked at, again and again. */
  readonly onUnseen: OnUnseen;
}

/** Looks for new, rotated and removed files; resolves with those of which there may be more to take, or that are gone. */
export type Scan = () => Promise<readonly FollowedFile[]>;

export function createScan(options: ScanOptions): Scan {
  const { files, nowMs, onUnseen } = options;
  let isFirst = true;
  return async () => {
    const seen = await scanNamed(options, isFirst);
    isFirst = false;
    const folders = createFolders(onUnseen);
    for (const file of files.all()) if (!seen.has(file)) await scanUnnamed(options, file, folders);
    return [...files.all()].filter(
      (file) => file.isGone || (file.look !== null && file.taken !== wanted(file, nowMs())),
    );
  };
}

/** Looks at what paths and globs name. */
async function scanNamed(
  { named, files, tell, onUnseen }: ScanOptions,
  isFirst: boolean,
): Promise<ReadonlySet<FollowedFile>> {
  const seen = new Set<FollowedFile>();
  for (const pathOrGlob of named) {
    const looks = await lookAtNamed(pathOrGlob, onUnseen);
    // Later on it is usual: in the middle of a rotation.
    if (isFirst && looks.length === 0) tell(`follow "${pathOrGlob}": no plain file yet; it is looked for`);
    for (const look of looks) {
      const file = files.fileOf(look);
      if (file === null || seen.has(file)) continue;
      file.look = look;
      file.isNamed = true;
      file.isGone = false;
      seen.add(file);
    }
  }
  return seen;
}

/** Looks at a file that nothing names, and lets it go where nothing more comes of it. */
async function scanUnnamed(options: ScanOptions, file: FollowedFile, folders: Folders): Promise<void> {
  const { files, nowMs } = options;
  file.isNamed = false;
  const look = await lookElsewhere(options, file, folders);
  // What is in hand of it has to be durable first: it may be needed to find its copy once more.
  file.isGone = look === null && file.unacked === 0;
  if (look === "unknown") return;
  file.look = look;
  if (look === null) return;
  const isQuiet = nowMs() - look.changedAtMs > (look.isRemoved ? REMOVED_MS : LEFT_MS);
  const isDone = file.unacked === 0 && file.taken === wanted(file, nowMs());
  if (isQuiet && isDone) await files.letGo(file);
}

/** What a file that nothing names is now; "unknown" where nobody can say; null where it is gone. */
async function lookElsewhere(
  options: ScanOptions,
  file: FollowedFile,
  folders: Folders,
): Promise<FileLook | "unknown" | null> {
  const { onUnseen } = options;
  const place = file.look?.path ?? "";
  const same = place === "" ? null : await lookAt(place, onUnseen);
  if (same !== null && keyOf(same) === keyOf(file)) return same;
  const held = await lookAtHeld(options, file);
  if (held?.isRemoved === true) return held;
  const folder = await folders(dirname(file.path));
  if (folder === null) return held ?? "unknown";
  const found = folder.get(keyOf(file));
  // Systems give inodes away again: nothing of this one was read that would tell it from any other file.
  const mayBeOther = held === null && file.position.headBytes === 0;
  if (found === undefined || (mayBeOther && !isRotatedName(found.path, file.path))) return held;
  return found;
}

/** The file as it is where it is open; null where it is not, or is lost to the system, as on a network disk: then it is closed. */
async function lookAtHeld({ openFiles, onUnseen }: ScanOptions, file: FollowedFile): Promise<FileLook | null> {
  try {
    const stats = await openFiles.held(file)?.stat({ bigint: true });
    return stats === undefined ? null : lookOf("", stats);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    onUnseen(file.look?.path || file.path, error);
    await openFiles.close(file);
    return null;
  }
}

/** The files of a folder by key, which is read once; null where it cannot be. */
type Folders = (folder: string) => Promise<ReadonlyMap<string, FileLook> | null>;

function createFolders(onUnseen: OnUnseen): Folders {
  const read = new Map<string, ReadonlyMap<string, FileLook> | null>();
  return async (folder) => {
    const known = read.get(folder);
    if (known !== undefined) return known;
    const looks = await lookInFolder(folder, onUnseen);
    const byKey = looks === null ? null : new Map(looks.map((look) => [keyOf(look), look]));
    read.set(folder, byKey);
    return byKey;
  };
}
