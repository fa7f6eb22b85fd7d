import type { PipelineSettings } from "../../config/pipeline.ts";
import type { Line } from "../../core/line.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import { createIndexNames } from "../../indexing/index-name.ts";
import { knownKey } from "../open/keys/pseudonym-key.ts";
import { openDocuments } from "../open/lines/documents.ts";

/** A line as it would go into the index. */
export interface ExplainedDocument {
  /** Name of its index; null where the pipeline has none. */
  readonly index: string | null;
  /** JSON. */
  readonly source: string;
  /** What is masked in it. */
  readonly masked: readonly MaskedKind[];
}

/** Makes the documents of lines as a run of the pipeline does. Rejects with `UsageError` for a key that is not there. */
export async function openExplainedDocuments(
  settings: PipelineSettings,
  catalogue: Catalogue,
): Promise<(line: Line) => ExplainedDocument> {
  const documents = openDocuments(settings, catalogue, await knownKey(settings));
  const names = settings.index === null ? null : createIndexNames(settings.index);
  return (line) => {
    const { source, masked } = documents.documentOf({ object: "", row: 0, ...line, meta: line });
    return { index: names?.logs(line) ?? null, source: source.toString("utf8"), masked };
  };
}
