/**
 * Goal: where the time of a line goes.
 * Method: each stage by itself, in one process, over lines that are held in memory, through the same functions as in
 * `cli/run/worker.ts` and `cli/open/counts/fact-reader.ts`. CPU time of all threads: garbage is collected and code compiled on others.
 */
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { createArchiveDecoder } from "../../src/cli/open/lines/archive-decoder.ts";
import { createLineDecoder } from "../../src/cli/open/lines/line-decoder.ts";
import { loadCatalogue, loadSettings } from "../../src/cli/settings.ts";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { PipelineSettings } from "../../src/config/pipeline.ts";
import type { LinesPayload } from "../../src/core/delivery.ts";
import { leafHash } from "../../src/core/identity.ts";
import type { Line } from "../../src/core/line.ts";
import { createRecordOpener } from "../../src/decode/record.ts";
import { LF, splitBy } from "../../src/decode/split.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { compressFrame } from "../../src/segment/frame.ts";
import { createMerkleTree } from "../../src/segment/merkle.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { openCorpus } from "../corpora/corpus.ts";
import { eachChunkOf, linesOf, readChunks } from "../corpora/held-lines.ts";
import { type Report, reportOf } from "../measuring/report.ts";
import { runStages, STAGE_COLUMNS, type Stage, stageCosts } from "../measuring/stage-cost.ts";

/** As many as memory holds easily. */
const MOST_LINES = 200_000;
const PIPELINE = join(import.meta.dirname, "../../pipelines/local.yaml");

const DECODE = "decode, as a whole";
const REOPEN = "open archived lines and derive, as counts does";

export async function measureStages(lines: number, rounds: number): Promise<Report> {
  const corpus = await openCorpus(Math.min(lines, MOST_LINES));
  const settings = await loadSettings(PIPELINE, {});
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const chunks = await readChunks(corpus.path);
  const decoder = createLineDecoder(settings, catalogueFields(catalogue));
  const held = chunks.map((chunk) => linesOf(decoder, chunk));
  const stages: Stage[] = [
    { name: "read the file", note: "in chunks of whole lines", run: () => readFile(corpus.path), less: null },
    ...decodeStages(settings, catalogue, chunks, held),
    ...segmentStages(chunks, held),
    wholeStage(settings, catalogue, chunks),
    ...countStages(catalogue, held),
    { name: "JSON.parse, for comparison", note: "the line made a text first", run: () => parse(held), less: null },
  ];
  const costs = stageCosts(stages, await runStages(stages, rounds), corpus.lines);
  const size = `${formatCount(corpus.lines)} lines, ${formatBytes(corpus.bytes)}`;
  return reportOf(`${size}, in one process; medians of ${formatThings(rounds, "round")}`, STAGE_COLUMNS, costs, []);
}

/** What becomes of a chunk in the decoder, and before that what it calls. */
function decodeStages(
  settings: PipelineSettings,
  catalogue: Catalogue,
  chunks: readonly LinesPayload[],
  held: readonly (readonly Line[])[],
): Stage[] {
  const decoder = createLineDecoder(settings, catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  const opener = createRecordOpener(catalogueFields(catalogue), settings.limits.maxDepth);
  const eachChunk = (visit: (chunk: LinesPayload) => void) => () => chunks.forEach(visit);
  const eachLine = (visit: (line: Line) => void) => () => held.forEach((lines) => lines.forEach(visit));
  return [
    {
      name: "find the ends of lines",
      note: "",
      run: eachChunk(({ buffer, start, end }) => splitBy(LF, buffer, start, end, () => {})),
      less: null,
    },
    {
      name: "check UTF-8",
      note: "a chunk at once",
      run: eachChunk(({ buffer, start, end }) => isUtf8(buffer.subarray(start, end))),
      less: null,
    },
    {
      name: "open records",
      note: "strict check of the JSON, places of the fields, envelope, log, time",
      run: eachLine(({ buffer, start, end }) => opener.open(buffer, start, end, null)),
      less: null,
    },
    {
      name: "hash lines",
      note: "SHA-256: leaf of the Merkle tree and identity",
      run: eachLine(({ buffer, start, end }) => leafHash(buffer, start, end)),
      less: null,
    },
    {
      name: DECODE,
      note: "the four before, identity, filing hour and lane",
      run: eachChunk((chunk) => decoder.decode(chunk, () => {})),
      less: null,
    },
    {
      name: "derive events",
      note: "difference: decoding with it, less decoding",
      run: eachChunk((chunk) =>
        decoder.decode(chunk, (line, fields) => {
          if (fields !== null) derive(line.log, fields);
        }),
      ),
      less: DECODE,
    },
  ];
}

function segmentStages(chunks: readonly LinesPayload[], held: readonly (readonly Line[])[]): Stage[] {
  const tree = createMerkleTree();
  const writer = createSegmentWriter();
  return [
    {
      name: "inner nodes of the Merkle tree",
      note: "a root for each chunk",
      run: () => {
        for (const lines of held) {
          for (const { hash } of lines) tree.add(hash);
          tree.take();
        }
      },
      less: null,
    },
    {
      name: "compress lines",
      note: "zstd, level 3, a chunk at once",
      run: () => {
        for (const { buffer, start, end } of chunks) compressFrame(buffer.subarray(start, end));
      },
      less: null,
    },
    {
      name: "write segments, as a whole",
      note: "the two before, copying, meta and its compression, SHA-256 of blocks; in memory, without the disk",
      run: () => {
        for (const lines of held) for (const line of lines) writer.append(line);
        writer.finish();
      },
      less: null,
    },
  ];
}

function wholeStage(settings: PipelineSettings, catalogue: Catalogue, chunks: readonly LinesPayload[]): Stage {
  const decoder = createLineDecoder(settings, catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  const writer = createSegmentWriter();
  return {
    name: "decode, derive and write segments",
    note: "all of the above in one pass, but for reading the file",
    run: () => {
      for (const chunk of chunks) {
        decoder.decode(chunk, (line, fields) => {
          if (fields !== null) derive(line.log, fields);
          writer.append(line);
        });
      }
      writer.finish();
    },
    less: null,
  };
}

function countStages(catalogue: Catalogue, held: readonly (readonly Line[])[]): Stage[] {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS]);
  const derive = createDeriver(catalogue, decoder.slotOf);
  const dimensionsOf = createDimensions(decoder.slotOf, { instance: null });
  const eachRecord = (withDimensions: boolean) => () => {
    for (const { buffer, start, end, lane, message } of held.flat()) {
      const record = decoder.reopen(buffer, start, end, lane, message);
      if (!record?.fields) continue;
      const events = derive(record.log, record.fields);
      if (withDimensions && events.length > 0) dimensionsOf(record.log, record.fields);
    }
  };
  return [
    {
      name: REOPEN,
      note: "records with more fields than in a run, and their events",
      run: eachRecord(false),
      less: null,
    },
    {
      name: "read dimensions",
      note: "difference: the stage before with it, less that stage; lines with events only",
      run: eachRecord(true),
      less: REOPEN,
    },
  ];
}

function readFile(path: string): Promise<void> {
  return eachChunkOf(path, () => {});
}

function parse(held: readonly (readonly Line[])[]): void {
  for (const lines of held) for (const { buffer, start, end } of lines) JSON.parse(buffer.toString("utf8", start, end));
}
