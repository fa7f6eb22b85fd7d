import { MIB } from "../../../src/core/units.ts";
import { createLineLook, type LineLook } from "../../../src/counts/coverage/line-look.ts";
import { createDecoder } from "../../../src/decode/decoder.ts";
import { catalogueFields } from "../../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../src/derive/dimensions.ts";
import { STANDARD } from "../../derive/standard-events.ts";

const limits = { maxDepth: 128, maxLineBytes: 4 * MIB, maxInflatedBytes: 32 * MIB };
const names = [...catalogueFields(STANDARD), ...DIMENSION_FIELDS];
const decoder = createDecoder({ names, limits, identityFields: {}, topic: "" });

/** A look by the standard catalogue. */
export function newLineLook(): LineLook {
  const derive = createDeriver(STANDARD, decoder.slotOf);
  return createLineLook({ decoder, derive, dimensionsOf: createDimensions(decoder.slotOf, { instance: null }) });
}
