import { LOOKUP_PREFIX } from "../../../archive/lookup/lookup-name.ts";
import { createFolderRemover } from "../../../backends/files/folder-remover.ts";
import { createFolderStore } from "../../../backends/files/folder-store.ts";
import { type BucketPlace, bucketUrl } from "../../../backends/gcs/bucket-place.ts";
import type { ArchiveSettings, BucketSettings } from "../../../config/pipeline.ts";
import { IoError } from "../../../core/fault.ts";
import type { ObjectRemover } from "../../../core/object-remover.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { openBucket, openBucketRemover, type Patience } from "./bucket.ts";

/** The objects of an archive, wherever it lies; nothing is reached yet. Without patience two minutes have to do. */
export async function openArchiveStore(archive: ArchiveSettings, patience?: Patience): Promise<ObjectStore> {
  if (archive.kind === "folder") return createFolderStore(archive.path, SYSTEM_CLOCK.nowMs);
  const { keeping, ...place } = archive;
  const hot = await openBucket({ ...place, segmentClass: keeping.storageClass }, patience);
  if (keeping.vaultBucket === null) return hot;
  const { createSplitStore } = await import("../../../backends/gcs/split-store.ts");
  return createSplitStore(hot, await openBucket(vaultPlace(archive), patience));
}

/** Where what is sealed and signed lies. */
export function vaultPlace({ keeping, ...place }: BucketSettings): BucketPlace {
  return { ...place, bucket: keeping.vaultBucket ?? place.bucket, segmentClass: keeping.storageClass };
}

/** Removes objects of the archive; nothing is reached yet. */
export async function openArchiveRemover(archive: ArchiveSettings): Promise<ObjectRemover> {
  return archive.kind === "folder" ? createFolderRemover(archive.path, SYSTEM_CLOCK.nowMs) : openBucketRemover(archive);
}

/** Removes nothing but facts, roll-ups and look-ups, which can be made again. */
export async function openViewsRemover(archive: ArchiveSettings): Promise<ObjectRemover> {
  const remover = await openArchiveRemover(archive);
  return {
    async remove(name) {
      if (!VIEW_PREFIXES.some((prefix) => name.startsWith(prefix))) {
        throw new IoError("denied", `remove "${name}": only facts and look-ups may be replaced`);
      }
      await remover.remove(name);
    },
  };
}

const VIEW_PREFIXES = ["facts/", LOOKUP_PREFIX];

/** As a user writes it: a path or a URL. */
export function archiveName(archive: ArchiveSettings): string {
  return archive.kind === "folder" ? archive.path : bucketUrl(archive);
}
