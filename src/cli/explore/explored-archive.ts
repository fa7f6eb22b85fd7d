import type { PipelineSettings } from "../../config/pipeline.ts";
import type { Clock } from "../../core/clock.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { Catalogue } from "../../derive/event-rules.ts";

/** What the page is about: an archive, and the pipeline by whose rules it is read. Nothing here writes to it. */
export interface ExploredArchive {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
  readonly clock: Clock;
}
