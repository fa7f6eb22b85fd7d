import { setGlobalProxyFromEnv } from "node:http";
import { createFolderStore } from "../../backends/files/folder-store.ts";
import { bucketUrl } from "../../backends/gcs/bucket-place.ts";
import type { ArchiveSettings } from "../../config/pipeline.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import { serviceBackoff } from "./service-backoff.ts";

/** How long a bucket may be away, and what ends the requests that are under way. */
export interface Patience {
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
}

/** The objects of an archive, wherever it lies; nothing is reached yet. Without patience two minutes have to do. */
export async function openArchiveStore(archive: ArchiveSettings, patience?: Patience): Promise<ObjectStore> {
  if (archive.kind === "folder") return createFolderStore(archive.path, SYSTEM_CLOCK.nowMs);
  // HTTPS_PROXY and NO_PROXY hold for requests to the service as they do for other programs.
  setGlobalProxyFromEnv();
  // Google's library for credentials takes a while to load.
  const { createGcsStore } = await import("../../backends/gcs/gcs-store.ts");
  const { giveUpAfterMs = 2 * MINUTE_MS, signal } = patience ?? {};
  const howLong = giveUpAfterMs === Number.POSITIVE_INFINITY ? "until it answers" : "for up to two minutes";
  return createGcsStore(archive, {
    backoff: serviceBackoff(giveUpAfterMs),
    onTrouble: (message) => process.stderr.write(`logtally: ${message}; trying again ${howLong}\n`),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** As a user writes it: a path or a URL. */
export function archiveName(archive: ArchiveSettings): string {
  return archive.kind === "folder" ? archive.path : bucketUrl(archive);
}
