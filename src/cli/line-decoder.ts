import type { PipelineSettings } from "../config/pipeline.ts";
import { createDecoder, type Decoder } from "../decode/decoder.ts";
import { catalogueFields } from "../derive/catalogue-fields.ts";
import { DIMENSION_FIELDS } from "../derive/dimensions.ts";
import type { Catalogue } from "../derive/event-rules.ts";

/** Decodes lines as a run of the pipeline does, and reads what their events and dimensions are made of. */
export function createLineDecoder(settings: PipelineSettings, catalogue: Catalogue): Decoder {
  return createDecoder({
    names: [...catalogueFields(catalogue), ...DIMENSION_FIELDS],
    limits: settings.limits,
    identityFields: settings.identity,
    topic: settings.source.topic ?? "",
  });
}
