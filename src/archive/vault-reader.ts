import { IoError } from "../core/fault.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { openVaultSegment, type SegmentFile, type SegmentReader } from "../segment/segment-reader.ts";
import type { StoredObject } from "./manifest.ts";
import { readAhead } from "./read-ahead.ts";

/** The files of a segment. */
export interface OutputFiles {
  readonly lines: NamedFile;
  readonly meta: NamedFile;
}

type NamedFile = Pick<StoredObject, "name" | "size_bytes">;

/** Opens a segment of the vault by its block tables. Rejects with `IoError`, naming what cannot be trusted. */
export function openOutput(store: ObjectStore, { lines, meta }: OutputFiles): Promise<SegmentReader> {
  return openVaultSegment(fileOf(store, lines), fileOf(store, meta));
}

/** Likewise, for whoever goes through its blocks: what follows is read ahead, 4 MiB of each file at the most. */
export function openOutputToReadOn(store: ObjectStore, { lines, meta }: OutputFiles): Promise<SegmentReader> {
  const open = (named: NamedFile): SegmentFile => {
    const file = fileOf(store, named);
    return { ...file, read: readAhead(file.read) };
  };
  return openVaultSegment(open(lines), open(meta));
}

function fileOf(store: ObjectStore, { name, size_bytes: sizeBytes }: NamedFile): SegmentFile {
  return { name, sizeBytes, read: (start, end) => store.read(name, start, end).catch(missingSegment(name)) };
}

/** Nothing removes what a manifest names: that it is not there is no mistake in a path. */
function missingSegment(name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof IoError) || error.code !== "not_found") throw error;
    const hint = "restore it from a copy; logtally archive verify tells what else";
    throw new IoError("not_found", `read "${name}": a manifest names it, and it is missing (hint: ${hint})`, {
      cause: error,
    });
  };
}
