import type { ObjectStore } from "../core/object-store.ts";
import { openVaultSegment, type SegmentFile, type SegmentReader } from "../segment/segment-reader.ts";
import type { StoredObject } from "./manifest.ts";

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

function fileOf(store: ObjectStore, { name, size_bytes: sizeBytes }: NamedFile): SegmentFile {
  return { name, sizeBytes, read: (start, end) => store.read(name, start, end) };
}
