/**
 * Goal: that nobody makes a line dearer unseen. It is run by CI.
 * Method: no times, but ratios of CPU time within one process, round by round, and the bytes of garbage of a line, which
 * are the same on every machine.
 */
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { createLineDecoder } from "../../src/cli/open/lines/line-decoder.ts";
import { loadCatalogue, loadSettings } from "../../src/cli/settings.ts";
import { formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Line } from "../../src/core/line.ts";
import { createFieldReader } from "../../src/decode/field-reader.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { openCorpus } from "../corpora/corpus.ts";
import { linesOf, readChunks } from "../corpora/held-lines.ts";
import type { Goal } from "../measuring/goal.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";
import { runStages, STAGE_COLUMNS, type Stage, type StageRound, stageCosts } from "../measuring/stage-cost.ts";

const LINES = 20_000;
const PIPELINE = join(import.meta.dirname, "../../pipelines/local.yaml");
const MAX_DEPTH = 128;

const JOB = "decode, derive and write segments";
const PARSE = "JSON.parse and JSON.stringify";
const WASM = "read fields in WebAssembly";
const SCRIPT = "read fields in TypeScript";

/** A third more than was measured: machines differ by a fifth. */
const MOST_TO_PARSE = 2.0;
const MOST_WASM_TO_SCRIPT = 0.7;
/** A tenth more than was measured. */
const MOST_GARBAGE_BYTES = 2200;

export async function measureGuard(rounds: number): Promise<Report> {
  const corpus = await openCorpus(LINES);
  const settings = await loadSettings(PIPELINE, {});
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const fields = catalogueFields(catalogue);
  const chunks = await readChunks(corpus.path);
  const decoder = createLineDecoder(settings, fields);
  const derive = createDeriver(catalogue, decoder.slotOf);
  const writer = createSegmentWriter();
  const lines = chunks.flatMap((chunk) => linesOf(createLineDecoder(settings, fields), chunk));
  const garbage: number[] = [];
  const eachLine = (visit: (line: Line) => void) => () => lines.forEach(visit);
  const readBy = (scanner: "wasm" | "script") => {
    const reader = createFieldReader(fields, false, scanner);
    return eachLine(({ buffer, start, end }) => reader.read(buffer, start, end, MAX_DEPTH));
  };
  const job = (): void => {
    const before = getHeapStatistics().total_allocated_bytes;
    for (const chunk of chunks) {
      decoder.decode(chunk, (line, lineFields) => {
        if (lineFields !== null) derive(line.log, lineFields);
        writer.append(line);
      });
    }
    writer.finish();
    garbage.push((getHeapStatistics().total_allocated_bytes - before) / corpus.lines);
  };
  const stages: Stage[] = [
    { name: JOB, note: "", run: job, less: null },
    {
      name: PARSE,
      note: "the line made a text first",
      run: eachLine(({ buffer, start, end }) => JSON.stringify(JSON.parse(buffer.toString("utf8", start, end)))),
      less: null,
    },
    { name: WASM, note: "", run: readBy("wasm"), less: null },
    { name: SCRIPT, note: "", run: readBy("script"), less: null },
  ];
  const measured = await runStages(stages, rounds);
  const goals: Goal[] = [
    ratioGoal(measured, JOB, PARSE, MOST_TO_PARSE),
    ratioGoal(measured, WASM, SCRIPT, MOST_WASM_TO_SCRIPT),
    {
      name: "garbage of a line, in bytes",
      value: median(garbage.slice(-rounds)),
      unit: "count",
      bound: "at most",
      limit: MOST_GARBAGE_BYTES,
    },
  ];
  const title = `what a line costs beside the same line; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, STAGE_COLUMNS, stageCosts(stages, measured, corpus.lines), goals);
}

function ratioGoal(rounds: readonly StageRound[], stage: string, other: string, limit: number): Goal {
  const ratios = rounds.map((round) => (round.get(stage) ?? Number.NaN) / (round.get(other) ?? Number.NaN));
  return { name: `${stage}, to ${other}`, value: median(ratios), unit: "ratio", bound: "at most", limit };
}
