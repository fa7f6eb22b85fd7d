import type { PipelineSettings } from "../../../config/pipeline.ts";
import { createDecoder, type Decoder } from "../../../decode/decoder.ts";

/** Decodes lines as a run of the pipeline does. `names` are the fields that somebody will ask for. */
export function createLineDecoder({ limits, identity, source }: PipelineSettings, names: readonly string[]): Decoder {
  return createDecoder({ names, limits, identityFields: identity, topic: source.topic ?? "" });
}
