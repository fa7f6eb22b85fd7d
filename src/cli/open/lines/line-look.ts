import type { PipelineSettings } from "../../../config/pipeline.ts";
import { createLineLook, type LineLook } from "../../../counts/coverage/line-look.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDeriver } from "../../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../derive/dimensions.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";

/** A look at lines, by that catalogue. */
export function openLineLook(settings: PipelineSettings, catalogue: Catalogue): LineLook {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const derive = createDeriver(catalogue, decoder.slotOf);
  return createLineLook({ decoder, derive, dimensionsOf: createDimensions(decoder.slotOf, settings) });
}
