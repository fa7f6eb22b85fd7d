/**
 * Goal: what it costs to make the document of a line, with secrets masked and events and places in it.
 * Method: each step by itself, in one process, over lines that are held in memory, through the same functions as a
 * worker's; reading the same lines by JSON.parse beside it, since machines differ and drift.
 */
import { join } from "node:path";
import { createArchiveDecoder } from "../../src/cli/open/lines/archive-decoder.ts";
import { openDocuments } from "../../src/cli/open/lines/documents.ts";
import { createLineDecoder } from "../../src/cli/open/lines/line-decoder.ts";
import { loadCatalogue, loadSettings } from "../../src/cli/settings.ts";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import type { Line } from "../../src/core/line.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createPlaces, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { createRedactor } from "../../src/derive/redaction/redactor.ts";
import { openCorpus } from "../corpora/corpus.ts";
import { linesOf, readChunks } from "../corpora/held-lines.ts";
import type { Goal } from "../measuring/goal.ts";
import { type Report, reportOf } from "../measuring/report.ts";
import { runStages, STAGE_COLUMNS, type Stage, type StageCost, stageCosts } from "../measuring/stage-cost.ts";

/** As many as memory holds easily. */
const MOST_LINES = 200_000;
const PIPELINE = join(import.meta.dirname, "../../pipelines/local.yaml");
const MOST_MICROSECONDS = 15;
const DOCUMENT = "document, as a whole";
const PARSE = "JSON.parse, for comparison";

export async function measureDocuments(lines: number, rounds: number): Promise<Report> {
  const corpus = await openCorpus(Math.min(lines, MOST_LINES));
  const catalogue = await loadCatalogue(null);
  const decoder = createLineDecoder(await loadSettings(PIPELINE, {}), []);
  const chunks = await readChunks(corpus.path);
  const held = chunks.flatMap((chunk) => linesOf(decoder, chunk)).map(archived);
  const stages = stagesOf(held, catalogue);
  const costs = stageCosts(stages, await runStages(stages, rounds), held.length);
  const size = `${formatCount(held.length)} lines, ${formatBytes(corpus.bytes)}`;
  const title = `documents of ${size}, in one process; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, STAGE_COLUMNS, costs, [goalOf(costs)]);
}

/** As the archive gives it back. */
function archived(line: Line, row: number): ArchivedLine {
  const { buffer, start, end, ...meta } = line;
  return { object: "bench", row, buffer, start, end, meta };
}

function stagesOf(held: readonly ArchivedLine[], catalogue: Catalogue): Stage[] {
  const builder = openDocuments({ name: "bench", instance: null, index: null }, catalogue, null);
  const redactor = createRedactor({ secrets: true, fields: {}, addresses: "keep" }, null);
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const derive = createDeriver(catalogue, decoder.slotOf);
  const placesOf = createPlaces(decoder.slotOf, { instance: null });
  const each = (visit: (line: ArchivedLine) => void) => () => held.forEach(visit);
  return [
    {
      name: PARSE,
      note: "the line made a text first",
      run: each(({ buffer, start, end }) => JSON.parse(buffer.toString("utf8", start, end))),
      less: null,
    },
    {
      name: "look for secrets",
      note: "",
      run: each(({ buffer, start, end }) => redactor.redact(buffer, start, end)),
      less: null,
    },
    {
      name: "events and places",
      note: "the line opened again",
      run: each(({ buffer, start, end, meta }) => {
        const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
        if (!record?.fields) return;
        derive(record.log, record.fields);
        placesOf(record.log, record.fields);
      }),
      less: null,
    },
    { name: DOCUMENT, note: "these two, and its fields", run: each((line) => builder.documentOf(line)), less: null },
  ];
}

function goalOf(costs: readonly StageCost[]): Goal {
  const value = costs.find(({ name }) => name === DOCUMENT)?.microsPerLine ?? Number.NaN;
  return { name: "CPU to build and mask a document", value, unit: "µs", bound: "at most", limit: MOST_MICROSECONDS };
}
