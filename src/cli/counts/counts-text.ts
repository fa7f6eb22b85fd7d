import { loadCatalogue, loadSettings } from "../settings.ts";
import { withAnswer } from "./answer.ts";
import { answerText } from "./answer-text.ts";
import type { CountsOptions } from "./counts.ts";
import { askedCounts } from "./format-options.ts";
import { checkEvents, permissionOf } from "./question.ts";

/** What `counts` prints: a text, or what programs read as it is. Rejects with `UsageError` or `IoError`. */
export async function countsAnswer(pipeline: string | undefined, options: CountsOptions): Promise<string | Uint8Array> {
  const settings = await loadSettings(pipeline, options);
  const query = askedCounts(options);
  const permission = permissionOf(query, settings);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  checkEvents(query, catalogue);
  const { asOfDigest: sequence } = options;
  const stream = pipeline === undefined ? null : settings.name;
  const question = {
    settings,
    catalogue,
    catalogueFile: options.catalogue,
    query,
    permission,
    asOf: options.asOf ?? null,
    asOfDigest: sequence === undefined ? null : { sequence, stream },
    withEvidence: options.evidence === true,
  };
  return withAnswer(question, (answer) => answerText(options.format, answer));
}
