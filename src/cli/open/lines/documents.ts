import type { IndexSettings, PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { createPlaces } from "../../../derive/dimensions.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createPseudonyms } from "../../../derive/pseudonym.ts";
import {
  createRedactor,
  needsPseudonyms,
  type RedactionRules,
  type Redactor,
} from "../../../derive/redaction/redactor.ts";
import {
  createDocumentBuilder,
  DOCUMENT_KEYS,
  type DocumentBuilder,
} from "../../../indexing/document/line-document.ts";
import { openLineReading } from "./line-reading.ts";

/** What of a pipeline's settings documents depend on. */
export interface DocumentSettings extends Pick<PipelineSettings, "name" | "instance"> {
  readonly index: Pick<IndexSettings, "redaction"> | null;
}

/** Of a pipeline without an index, whose documents are only shown. */
const USUAL_REDACTION: RedactionRules = { secrets: true, fields: {}, addresses: "keep" };

/**
 * What makes documents of the lines of a stream: the pipeline's own, unless another one is named. `key` is that of the
 * pseudonyms, null where nobody knows it. Throws `UsageError` where the pipeline asks for pseudonyms then.
 */
export function openDocuments(
  { name, instance, index }: DocumentSettings,
  catalogue: Catalogue,
  key: Uint8Array | null,
  stream: string = name,
): DocumentBuilder {
  const { decoder, derive } = openLineReading(catalogue, instance, DOCUMENT_KEYS);
  return createDocumentBuilder({
    decoder,
    derive,
    placesOf: createPlaces(decoder.slotOf, { instance }),
    redactor: openRedactor(index?.redaction ?? USUAL_REDACTION, key),
    stream,
  });
}

function openRedactor(rules: RedactionRules, key: Uint8Array | null): Redactor {
  if (key === null && needsPseudonyms(rules)) {
    const hint = "name the archive's key by pseudonym_key, or use mask and truncate in index.redaction";
    throw new UsageError(`make pseudonyms for the index: the key is not at hand (hint: ${hint})`);
  }
  return createRedactor(rules, key === null ? null : createPseudonyms(key));
}
