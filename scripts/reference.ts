/**
 * Writes what `docs/reference` says of events, configuration, commands and codes, from what the program declares, and
 * what `docs/reliability.md` says of planted faults.
 * `npm run docs`; test/scripts/reference.test.ts fails where it was forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram } from "../src/cli/program.ts";
import { loadCatalogue } from "../src/cli/settings.ts";
import { referenceFiles } from "./reference/files.ts";

const REFERENCE = join(import.meta.dirname, "../docs/reference");

const sources = {
  program: await createProgram([]),
  standard: await loadCatalogue(null),
  pageOf: (file: string) => readFileSync(join(REFERENCE, file), "utf8"),
};
for (const [file, text] of referenceFiles(sources)) writeFileSync(join(REFERENCE, file), text);
