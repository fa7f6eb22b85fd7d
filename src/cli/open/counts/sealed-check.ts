import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { createFactReader } from "../../../counts/fact-reader.ts";
import { openSealedCheck, type SealedCheck } from "../../../counts/recount/sealed-check.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDeriver } from "../../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../derive/dimensions.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createArchiveDecoder } from "../lines/archive-decoder.ts";
import { DUCK_DB } from "./duck-db-options.ts";

/** Events are counted, and never persons: an auditor needs no key for that. */
const NO_PSEUDONYMS = { user: () => "", visitor: () => "" };

/** Opens what reads all lines of what is sealed. Rejects with `IoError`. */
export function openLineCheck(
  { instance }: PipelineSettings,
  store: ObjectStore,
  catalogue: Catalogue,
  onBytes: (bytes: number) => void,
): Promise<SealedCheck> {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const reader = createFactReader({
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance }),
    pseudonyms: NO_PSEUDONYMS,
  });
  return openSealedCheck({ ...DUCK_DB, store, reader, catalogue: catalogue.digest, onBytes });
}
