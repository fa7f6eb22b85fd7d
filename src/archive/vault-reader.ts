import type { ObjectStore } from "../core/object-store.ts";
import { openVaultSegment, type SegmentFile, type SegmentReader } from "../segment/segment-reader.ts";
import type { PlanOutput, StoredObject } from "./manifest.ts";

/** Opens a segment that a manifest names, by its block tables. Rejects with `IoError`, naming what cannot be trusted. */
export function openOutput(store: ObjectStore, { lines, meta }: PlanOutput): Promise<SegmentReader> {
  return openVaultSegment(fileOf(store, lines), fileOf(store, meta));
}

function fileOf(store: ObjectStore, { name, size_bytes: sizeBytes }: StoredObject): SegmentFile {
  return { name, sizeBytes, read: (start, end) => store.read(name, start, end) };
}
