import { setGlobalProxyFromEnv } from "node:http";
import { createFolderStore } from "../../backends/files/folder-store.ts";
import { bucketUrl } from "../../backends/gcs/bucket-place.ts";
import type { ArchiveSettings } from "../../config/pipeline.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import { serviceBackoff } from "./service-backoff.ts";

/** The objects of an archive, wherever it lies; nothing is reached yet. */
export async function openArchiveStore(archive: ArchiveSettings): Promise<ObjectStore> {
  if (archive.kind === "folder") return createFolderStore(archive.path, SYSTEM_CLOCK.nowMs);
  // HTTPS_PROXY and NO_PROXY hold for requests to the service as they do for other programs.
  setGlobalProxyFromEnv();
  // Google's library for credentials takes a while to load.
  const { createGcsStore } = await import("../../backends/gcs/gcs-store.ts");
  return createGcsStore(archive, { backoff: serviceBackoff(2 * MINUTE_MS), onTrouble: tellTrouble });
}

function tellTrouble(message: string): void {
  process.stderr.write(`logtally: ${message}; trying again for up to two minutes\n`);
}

/** As a user writes it: a path or a URL. */
export function archiveName(archive: ArchiveSettings): string {
  return archive.kind === "folder" ? archive.path : bucketUrl(archive);
}
