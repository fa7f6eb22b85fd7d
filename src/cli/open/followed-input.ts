import { join } from "node:path";
import { openFollowState } from "../../backends/files/follow/checkpoints.ts";
import { createFollowSource } from "../../backends/files/follow/follow-source.ts";
import type { FilesSettings, PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { tell } from "../terminal/tell.ts";
import { archiveName } from "./archive-store.ts";
import type { PipelineInput } from "./pipeline-input.ts";

/** Rejects with `UsageError` where another process follows with the same state, with `IoError` where it has no place. */
export async function openFollowed(pipeline: PipelineSettings, files: FilesSettings): Promise<PipelineInput> {
  const state = await openFollowState(followStatePath(pipeline, files));
  return {
    sizeBytes: null,
    maxBatchLines: Number.POSITIVE_INFINITY,
    source: (onRead) => createFollowSource({ named: files.paths, state, onRead, tell, clock: SYSTEM_CLOCK }),
    close: () => Promise.resolve(state.close()),
  };
}

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
