import { openDocuments } from "../../src/cli/open/documents.ts";
import { loadCatalogue } from "../../src/cli/settings.ts";
import type { DocumentBuilder } from "../../src/indexing/document/line-document.ts";

const CATALOGUE = await loadCatalogue(null);
const KEY = Buffer.alloc(32, 7);

/** What makes documents of the stream `local`, by the standard catalogue. */
export function sampleDocuments(stream = "local"): DocumentBuilder {
  return openDocuments({ name: stream, instance: null, index: null }, CATALOGUE, KEY);
}
