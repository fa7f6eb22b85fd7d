import type { Decoder } from "../../../decode/decoder.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDeriver, type Derive } from "../../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS, type ReadDimensions } from "../../../derive/dimensions.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";

/** What archived lines are read by: made for each other, and for one reader of lines. */
export interface LineReading {
  readonly decoder: Decoder;
  readonly derive: Derive;
  readonly dimensionsOf: ReadDimensions;
}

/** `instance` is the pipeline's; null for that of each line. `memberKeys` as of `createArchiveDecoder`. */
export function openLineReading(
  catalogue: Catalogue,
  instance: string | null,
  memberKeys: readonly string[] | null = null,
): LineReading {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS], memberKeys);
  return {
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance }),
  };
}
