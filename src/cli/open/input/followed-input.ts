import { openFollowState } from "../../../backends/files/follow/checkpoints.ts";
import { createFollowSource } from "../../../backends/files/follow/follow-source.ts";
import type { FilesSettings, PipelineSettings } from "../../../config/pipeline.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { notifying } from "../../terminal/tell.ts";
import { followStatePath } from "./follow-state-path.ts";
import type { PipelineInput } from "./pipeline-input.ts";

/** Rejects with `UsageError` where another process follows with the same state, with `IoError` where it has no place. */
export async function openFollowed(pipeline: PipelineSettings, files: FilesSettings): Promise<PipelineInput> {
  const state = await openFollowState(followStatePath(pipeline, files));
  return {
    sizeBytes: null,
    maxBatchLines: Number.POSITIVE_INFINITY,
    source: (onRead) =>
      createFollowSource({ named: files.paths, state, onRead, tell: notifying("follow_trouble"), clock: SYSTEM_CLOCK }),
    budgets: () => [],
    close: () => Promise.resolve(state.close()),
  };
}
