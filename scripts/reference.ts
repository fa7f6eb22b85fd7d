/**
 * Writes what `docs/reference` says of events, configuration, commands and codes, from what the program declares, and
 * what `docs/reliability.md` says of planted faults and `docs/explanation/scale.md` of sizes;
 * the standard catalogue as it is when it was read and checked; and the objects for Kibana, from their sources.
 * `npm run docs`; test/scripts/reference.test.ts fails where it was forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readKibanaTexts } from "../src/cli/open/kibana/kibana.ts";
import { createProgram } from "../src/cli/program.ts";
import { parseCatalogue } from "../src/derive/catalogue.ts";
import { compiledText } from "../src/derive/compiled-catalogue.ts";
import { DEFAULT_KEEP_DAYS, kibanaObjects } from "../src/indexing/kibana/kibana-objects.ts";
import { DEFAULT_NAMING, ndjsonOf } from "../src/indexing/kibana/saved-object.ts";
import { referenceFiles } from "./reference/files.ts";

const REFERENCE = join(import.meta.dirname, "../docs/reference");
const KIBANA = join(import.meta.dirname, "../kibana/logtally.ndjson");
const CATALOGUE = join(import.meta.dirname, "../src/derive/standard-catalogue.yaml");
const COMPILED = join(import.meta.dirname, "../src/derive/standard-catalogue.json");

const catalogueText = readFileSync(CATALOGUE, "utf8");
const standard = parseCatalogue({ text: catalogueText, file: CATALOGUE }, null);
const sources = {
  program: await createProgram("all"),
  standard,
  pageOf: (file: string) => readFileSync(join(REFERENCE, file), "utf8"),
};
for (const [file, text] of referenceFiles(sources)) writeFileSync(join(REFERENCE, file), text);
writeFileSync(COMPILED, compiledText(catalogueText, standard));
writeFileSync(KIBANA, ndjsonOf(kibanaObjects(await readKibanaTexts(), DEFAULT_NAMING, DEFAULT_KEEP_DAYS)));
