import { join } from "node:path";
import { createControlFile, readControlFile, replaceControlFile } from "../../../backends/files/control-file.ts";
import type { ArchiveSettings } from "../../../config/pipeline.ts";
import type { ObjectStore } from "../../../core/object-store.ts";

const NAME = "ctl/pseudonym.fingerprint";
/** More than one line of the kind `sha256:…` ever has. */
const MOST_BYTES = 1024;
const REVISION_DIGITS = 6;

/** What an archive remembers of the key that it is used with: one line of text. Every method rejects with `IoError`. */
export interface KeyRecord {
  /** Null where no key was used yet. */
  read(): Promise<string | null>;
  /** Writes the text unless there is one; resolves with the one that is there now. */
  create(text: string): Promise<string>;
  replace(text: string): Promise<void>;
}

/** `store` holds the objects of the archive. */
export function keyRecordOf(archive: ArchiveSettings, store: ObjectStore): KeyRecord {
  return archive.kind === "folder" ? inFolder(join(archive.path, NAME)) : inBucket(store);
}

function inFolder(path: string): KeyRecord {
  return {
    read: () => readControlFile(path),
    create: (text) => createControlFile(path, text),
    replace: (text) => replaceControlFile(path, text),
  };
}

/**
 * Workers must not overwrite objects, so that each change is an object of its own: `…fingerprint`, then
 * `…fingerprint.000002` and so on. The last one holds.
 */
function inBucket(store: ObjectStore): KeyRecord {
  const revisions = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { name } of store.list(NAME)) names.push(name);
    return names;
  };
  const read = async (): Promise<string | null> => {
    const last = (await revisions()).at(-1);
    return last === undefined ? null : (await store.read(last, 0, MOST_BYTES)).toString();
  };
  return {
    read,
    async create(text) {
      const known = await read();
      if (known !== null) return known;
      await store.create(NAME, Buffer.from(text));
      return (await read()) ?? text;
    },
    async replace(text) {
      const revision = (await revisions()).length + 1;
      const name = `${NAME}.${String(revision).padStart(REVISION_DIGITS, "0")}`;
      await store.create(name, Buffer.from(text));
    },
  };
}
