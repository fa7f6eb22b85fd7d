import { openDocuments } from "../../src/cli/open/lines/documents.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import type { RedactionRules } from "../../src/derive/redaction/redactor.ts";
import type { DocumentBuilder } from "../../src/indexing/document/line-document.ts";

const CATALOGUE = await loadCatalogue(null);
const KEY = Buffer.alloc(32, 7);

/** What makes documents of the stream `local`, by the standard catalogue; without rules those that a pipeline has. */
export function sampleDocuments(redaction: RedactionRules | null = null): DocumentBuilder {
  const index = redaction === null ? null : { redaction };
  return openDocuments({ name: "local", instance: null, index }, CATALOGUE, KEY);
}
