import { homedir } from "node:os";
import { join } from "node:path";
import { createFolderObjects, createObjectCache } from "../../../backends/files/local-objects.ts";
import type { ArchiveSettings } from "../../../config/pipeline.ts";
import type { LocalObjects } from "../../../core/local-objects.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { GIB } from "../../../core/units.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";

/** Facts of more than a year of a busy instance. */
const CACHE_LIMIT_BYTES = 8 * GIB;

/** Objects of an archive as files: its own, or copies of those of a bucket in the user's cache. */
export function openLocalObjects(archive: ArchiveSettings, store: ObjectStore): LocalObjects {
  if (archive.kind === "folder") return createFolderObjects(archive.path);
  const folder = join(cacheFolder(), "logtally", "objects");
  return createObjectCache({ store, folder, limitBytes: CACHE_LIMIT_BYTES, nowMs: SYSTEM_CLOCK.nowMs });
}

function cacheFolder(): string {
  const configured = process.env["XDG_CACHE_HOME"];
  return configured === undefined || configured === "" ? join(homedir(), ".cache") : configured;
}
