import type { PipelineSettings } from "../../../config/pipeline.ts";
import { createFactReader, type FactReader } from "../../../counts/fact-reader.ts";
import type { FactsBasis } from "../../../counts/facts/facts-basis.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createPseudonyms, keyFingerprint } from "../../../derive/pseudonym.ts";
import { openLineReading } from "../lines/line-reading.ts";

/** What derives facts by that catalogue and key. */
export function openFactReader({ instance }: PipelineSettings, catalogue: Catalogue, key: Uint8Array): FactReader {
  return createFactReader({ ...openLineReading(catalogue, instance), pseudonyms: createPseudonyms(key) });
}

/** By what they are derived then. */
export function factsBasis({ instance }: PipelineSettings, { digest }: Catalogue, key: Uint8Array): FactsBasis {
  return { catalogue: digest, pseudonymKey: keyFingerprint(key), instance };
}
