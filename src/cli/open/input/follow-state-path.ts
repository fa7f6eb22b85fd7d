import { join } from "node:path";
import type { FilesSettings, PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { archiveName } from "../archive/archive-store.ts";

/**
 * Where it is noted how far files were followed. Throws `UsageError` where there is no place for it, and for objects,
 * which cannot be followed.
 */
export function followStatePath({ name, archive }: PipelineSettings, { paths, statePath }: FilesSettings): string {
  const object = paths.find((path) => path.startsWith("gs://"));
  if (object !== undefined) {
    throw new UsageError(`follow "${object}": objects do not grow (hint: read them in a run without source.follow)`);
  }
  if (statePath !== null) return statePath;
  if (archive.kind === "folder") return join(archive.path, "ctl/follow", name);
  throw new UsageError(
    `follow files into "${archiveName(archive)}": how far they were read cannot be noted in a bucket (hint: name a ` +
      "folder of this machine that stays, --set source.state=/var/lib/logtally/NAME)",
  );
}
