import type { ArchivedLine } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { merkleLevels } from "../../segment/merkle-path.ts";
import type { Block, SegmentReader } from "../../segment/segment-reader.ts";
import { createCoverage } from "../coverage.ts";
import { type FindQuery, inSpan, isOver, mayHold, overlaps } from "../find.ts";
import { isTakenFrom, type LineObject, unsealedLines, vaultLines } from "../line-object.ts";
import { metaJson } from "../meta-json.ts";
import { eachSealedPlan } from "../plan-list.ts";
import { wellFormed } from "../proof/make-proof.ts";
import { eachLine, listWal, type WalObject } from "../wal-reader.ts";
import { createEvidenceWriter } from "./evidence-writer.ts";
import { type FoundLine, foundLinesBytes, foundLinesNames } from "./found-lines.ts";
import { createFilesSum, PACK_FILES } from "./pack-files.ts";
import { PACK_README } from "./pack-readme.ts";
import { type PackQuery, type PackReport, reportBytes, reportText, type SearchedSegment } from "./pack-report.ts";
import type { TarEntry } from "./tar.ts";

export interface ExportOptions {
  readonly store: ObjectStore;
  readonly query: FindQuery;
  /** The same in words. */
  readonly asked: PackQuery;
  /** Takes a file of the pack; resolves when more may come. */
  readonly emit: (entry: TarEntry) => Promise<void>;
  /** So many stored bytes more were looked through. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Looks for the lines that match, and puts them with all that proves them into a pack, file by file. Of the vault every
 * line that matches is taken, also where two streams have it. Holds a block at a time, the names of the segments that were
 * searched, and the digests. Rejects with `IoError`.
 */
export async function exportPack({ store, query, asked, emit: put, onBytes }: ExportOptions): Promise<PackReport> {
  const sum = createFilesSum();
  const emit = (entry: TarEntry): Promise<void> => {
    sum.add(entry);
    return put(entry);
  };
  const isWanted = (first: number, last: number): boolean => mayHold(first, last, query);
  const evidence = createEvidenceWriter(store, emit);
  const segments: SearchedSegment[] = [];
  let unsigned = 0;
  let lineBytes = 0;
  await emit({ name: PACK_FILES.readme, bytes: Buffer.from(PACK_README) });
  const wal: WalObject[] = [];
  // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
  for await (const object of listWal(store, null)) if (isWanted(object.firstHour, object.lastHour)) wal.push(object);
  const coverage = createCoverage(wal);
  for await (const plan of eachSealedPlan(store, isWanted)) {
    coverage.add(plan);
    if (plan.isRecord) continue;
    const isSigned = await evidence.isSigned(plan);
    for (const [index, object] of vaultLines(store, plan).entries()) {
      const output = plan.manifest.outputs[index];
      if (output === undefined || isOver(object, query)) continue;
      let found = 0;
      for await (const block of foundBlocks(object, query, onBytes)) {
        found += block.lines.length;
        if (!isSigned) continue;
        await evidence.put(plan);
        lineBytes += block.bytes.length - block.lines.length;
        for (const entry of entriesOf(object.name, block)) await emit(entry);
      }
      if (isSigned) segments.push({ segment: object.name, sha256: output.lines.sha256, rows: output.rows, found });
      else unsigned += found;
    }
  }
  let unsealed = 0;
  for (const object of unsealedLines(store, wal, coverage, isWanted)) {
    for await (const { lines } of foundBlocks(object, query, onBytes)) unsealed += lines.length;
  }
  const report: PackReport = {
    format: 1,
    query: asked,
    lines: segments.reduce((total, { found }) => total + found, 0),
    line_bytes: lineBytes,
    not_signed: unsigned,
    not_sealed: unsealed,
    segments,
    digests: evidence.digests,
    files_sha256: sum.take(),
  };
  await emit({ name: PACK_FILES.json, bytes: reportBytes(report) });
  await emit({ name: PACK_FILES.text, bytes: Buffer.from(reportText(report)) });
  return report;
}

/** A block with lines that match, and where it lies in its segment. */
interface FoundBlock {
  readonly segment: SegmentReader;
  readonly index: number;
  readonly leaves: readonly string[];
  readonly lines: readonly Pick<FoundLine, "block_row" | "meta">[];
  /** Of these lines, each ended by LF. */
  readonly bytes: Buffer;
}

async function* foundBlocks(
  object: LineObject,
  query: FindQuery,
  onBytes: (bytes: number) => void,
): AsyncIterable<FoundBlock> {
  const segment = await object.open();
  for (const [index, block] of segment.blocks.entries()) {
    if (!overlaps(block, query)) continue;
    const found = await findInBlock(object, segment, block, query);
    onBytes(block.lines.storedBytes + block.meta.storedBytes);
    if (found.lines.length > 0) yield { segment, index, ...found };
  }
}

async function findInBlock(
  object: LineObject,
  segment: SegmentReader,
  block: Block,
  query: FindQuery,
): Promise<Pick<FoundBlock, "leaves" | "lines" | "bytes">> {
  const leaves: string[] = [];
  const lines: Pick<FoundLine, "block_row" | "meta">[] = [];
  const bytes: Buffer[] = [];
  const isFound = (line: ArchivedLine): boolean =>
    inSpan(line, query) && isTakenFrom(object, line) && query.matches(line);
  await eachLine(object, segment, block, (line) => {
    const { buffer, start, end, meta } = line;
    if (isFound(line)) {
      lines.push({ block_row: leaves.length, meta: wellFormed(metaJson(meta)) });
      bytes.push(buffer.subarray(start, end + 1));
    }
    leaves.push(leafHash(buffer, start, end));
  });
  return { leaves, lines, bytes: Buffer.concat(bytes) };
}

function entriesOf(segment: string, found: FoundBlock): TarEntry[] {
  const { index, leaves, bytes, segment: reader } = found;
  const names = foundLinesNames({ segment, block: index });
  const levels = merkleLevels(leaves);
  const roots = reader.blocks.map(({ lines }) => lines.root.toString("hex"));
  const paths = foundLinesBytes({
    format: 1,
    segment,
    block: index,
    blocks: roots.length,
    first_row: reader.blocks[index]?.lines.firstRow ?? 0,
    block_rows: leaves.length,
    block_path: merkleLevels(roots).path(index),
    lines: found.lines.map((line) => ({ ...line, path: levels.path(line.block_row) })),
  });
  return [
    { name: names.lines, bytes },
    { name: names.paths, bytes: paths },
  ];
}
