import type { PipelineSettings } from "../../config/pipeline.ts";
import { createFactReader, type FactReader } from "../../counts/fact-reader.ts";
import type { FactsBasis } from "../../counts/facts/facts-basis.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDeriver } from "../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../derive/dimensions.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { createPseudonyms, keyFingerprint } from "../../derive/pseudonym.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";

/** What derives facts by that catalogue and key. */
export function openFactReader({ instance }: PipelineSettings, catalogue: Catalogue, key: Uint8Array): FactReader {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  return createFactReader({
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance }),
    pseudonyms: createPseudonyms(key),
  });
}

/** By what they are derived then. */
export function factsBasis({ instance }: PipelineSettings, { digest }: Catalogue, key: Uint8Array): FactsBasis {
  return { catalogue: digest, pseudonymKey: keyFingerprint(key), instance };
}
