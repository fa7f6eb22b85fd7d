import type { PipelineSettings } from "../../config/pipeline.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDeriver } from "../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../derive/dimensions.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { createPseudonyms } from "../../derive/pseudonym.ts";
import { createRedactor } from "../../derive/redaction/redactor.ts";
import { createDocumentBuilder, type DocumentBuilder } from "../../indexing/document/line-document.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";

/**
 * What makes documents of the lines of a stream: the pipeline's own, unless another one is named. `key` is that of the
 * pseudonyms; null where nobody knows it.
 */
export function openDocuments(
  { name, instance }: Pick<PipelineSettings, "name" | "instance">,
  catalogue: Catalogue,
  key: Uint8Array | null,
  stream: string = name,
): DocumentBuilder {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  return createDocumentBuilder({
    decoder,
    derive: createDeriver(catalogue, decoder.slotOf),
    dimensionsOf: createDimensions(decoder.slotOf, { instance }),
    redactor: createRedactor(
      { secrets: true, fields: {}, addresses: "keep" },
      key === null ? null : createPseudonyms(key),
    ),
    stream,
  });
}
