import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { createDeriver } from "../../../derive/deriver.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { loadCatalogue } from "../../settings.ts";
import { createArchiveDecoder } from "../lines/archive-decoder.ts";

/** Says which events a line counts. */
export type ReadEvents = (line: ArchivedLine) => readonly string[];

/** By the catalogue of the pipeline. Rejects with `UsageError`. */
export async function openEventReader({ cataloguePath }: PipelineSettings): Promise<ReadEvents> {
  return createEventReader(await loadCatalogue(cataloguePath));
}

export function createEventReader(catalogue: Catalogue): ReadEvents {
  const decoder = createArchiveDecoder(catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  return ({ buffer, start, end, meta }) => {
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    return record?.fields ? derive(record.log, record.fields).map(({ event }) => event) : [];
  };
}
