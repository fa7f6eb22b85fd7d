import type { ObjectStore } from "../../core/object-store.ts";
import { createSignedManifests, type SignedManifests } from "../digest/signed-manifests.ts";
import { type FindQuery, isOver, mayHold } from "../find.ts";
import { unsealedLines, vaultLines } from "../line-object.ts";
import { eachSealedPlan } from "../plan-list.ts";
import { createSealedInputs } from "../sealed-inputs.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { listWal, type WalObject } from "../wal-reader.ts";
import { createEvidenceWriter, type EvidenceWriter } from "./evidence-writer.ts";
import { entriesOf, foundBlocks } from "./found-blocks.ts";
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

/** What was found so far. */
interface Found {
  readonly segments: SearchedSegment[];
  lineBytes: number;
  unsigned: number;
  unsealed: number;
}

/**
 * Looks for the lines that match, and puts them with all that proves them into a pack, file by file. Of the vault every
 * line that matches is taken, also where two streams have it. Holds a block at a time, the names of the segments that were
 * searched, and the digests. Rejects with `IoError`, also where something that was signed for these hours is missing.
 */
export async function exportPack(options: ExportOptions): Promise<PackReport> {
  const sum = createFilesSum();
  const emit = (entry: TarEntry): Promise<void> => {
    sum.add(entry);
    return options.emit(entry);
  };
  const manifests = createSignedManifests(options.store);
  const evidence = createEvidenceWriter(options.store, manifests, emit);
  const found: Found = { segments: [], lineBytes: 0, unsigned: 0, unsealed: 0 };
  await emit({ name: PACK_FILES.readme, bytes: Buffer.from(PACK_README) });
  await search({ ...options, emit }, manifests, evidence, found);
  const report: PackReport = {
    format: 1,
    query: options.asked,
    lines: found.segments.reduce((total, segment) => total + segment.found, 0),
    line_bytes: found.lineBytes,
    not_signed: found.unsigned,
    not_sealed: found.unsealed,
    segments: found.segments,
    digests: evidence.digests,
    files_sha256: sum.take(),
  };
  await emit({ name: PACK_FILES.json, bytes: reportBytes(report) });
  await emit({ name: PACK_FILES.text, bytes: Buffer.from(reportText(report)) });
  return report;
}

async function search(
  options: ExportOptions,
  manifests: SignedManifests,
  evidence: EvidenceWriter,
  found: Found,
): Promise<void> {
  const { store, query, onBytes } = options;
  const isWanted = (first: number, last: number): boolean => mayHold(first, last, query);
  const wal: WalObject[] = [];
  // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
  for await (const object of listWal(store, null)) if (isWanted(object.firstHour, object.lastHour)) wal.push(object);
  const sealed = createSealedInputs(wal);
  const seen = new Set<string>();
  for await (const plan of eachSealedPlan(store, isWanted)) {
    sealed.add(plan);
    seen.add(plan.name);
    if (!plan.isRecord) await searchPlan(plan, options, evidence, found);
  }
  await manifests.refuseMissing(isWanted, seen);
  for (const object of unsealedLines(store, wal, sealed, isWanted)) {
    for await (const { lines } of foundBlocks(object, query, onBytes)) found.unsealed += lines.length;
  }
}

async function searchPlan(
  plan: SealedPlan,
  { store, query, emit, onBytes }: ExportOptions,
  evidence: EvidenceWriter,
  found: Found,
): Promise<void> {
  const isSigned = await evidence.isSigned(plan);
  const objects = vaultLines(store, plan);
  for (const [index, output] of plan.manifest.outputs.entries()) {
    const object = objects[index];
    if (object === undefined || isOver(object, query)) continue;
    let lines = 0;
    for await (const block of foundBlocks(object, query, onBytes)) {
      lines += block.lines.length;
      if (!isSigned) continue;
      await evidence.put(plan);
      for (const entry of entriesOf(plan.name, output, block)) await emit(entry);
      found.lineBytes += block.bytes.length - block.lines.length;
    }
    const { name, sha256 } = output.lines;
    if (isSigned) found.segments.push({ segment: name, sha256, rows: output.rows, found: lines });
    else found.unsigned += lines;
  }
}
