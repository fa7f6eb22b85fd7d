import type { ArchivedLine } from "../core/archived-line.ts";
import { createBufferPool } from "../core/buffer-pool.ts";
import type { CreateOutcome, DocumentIndex, Rejection } from "../core/document-index.ts";
import type { DocumentBuilder } from "./document/line-document.ts";
import { rewritten } from "./document/rewritten.ts";
import { BATCH_BYTES, batchesOf, type DocumentBatch, type PlacedDocument } from "./document-batches.ts";
import type { IndexNames } from "./index-name.ts";
import { createQuarantine, isRejection, type RejectedLine, type SettleRejected } from "./quarantine.ts";

/** As many as are usually in work at once. */
const POOLED_BUFFERS = 4;

export interface LineIndexerOptions {
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  /** Makes the documents, of lines of one pipeline. */
  readonly documents: DocumentBuilder;
  /** What becomes of lines that are rejected; without it they go to the quarantine. */
  readonly settleRejected?: SettleRejected;
}

/** Puts lines into the index, and what the index rejects into its quarantine. */
export interface LineIndexer {
  /** Resolves once each line is in one of the two. Rejects with `IoError`; the same lines may be indexed again. */
  index(lines: readonly ArchivedLine[], signal: AbortSignal): Promise<IndexCounts>;
}

export interface IndexCounts {
  /** Lines in the index or its quarantine. */
  readonly indexed: number;
  /** Of these, in the quarantine. */
  readonly rejected: number;
  /** Of these, lines whose document was there already. */
  readonly repeats: number;
  /** Of these, with something masked. */
  readonly masked: number;
  /** How many values were masked in them, by kind. */
  readonly maskedKinds: ReadonlyMap<string, number>;
}

export const NOTHING_INDEXED: IndexCounts = {
  indexed: 0,
  rejected: 0,
  repeats: 0,
  masked: 0,
  maskedKinds: new Map(),
};

export function addCounts(a: IndexCounts, b: IndexCounts): IndexCounts {
  return {
    indexed: a.indexed + b.indexed,
    rejected: a.rejected + b.rejected,
    repeats: a.repeats + b.repeats,
    masked: a.masked + b.masked,
    maskedKinds: addKinds(a.maskedKinds, b.maskedKinds),
  };
}

function addKinds(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  if (b.size === 0) return a;
  const sums = new Map(a);
  for (const [kind, count] of b) sums.set(kind, (sums.get(kind) ?? 0) + count);
  return sums;
}

export function createLineIndexer(options: LineIndexerOptions): LineIndexer {
  const { index, names, documents: builder, settleRejected = createQuarantine(options) } = options;
  const pool = createBufferPool(POOLED_BUFFERS, 2 * BATCH_BYTES);

  async function store({ room, documents }: DocumentBatch, signal: AbortSignal): Promise<IndexCounts> {
    const counts = await storeDocuments(documents, signal);
    // Not after a failure: a request that was given up may still be reading.
    pool.giveBack(room);
    return counts;
  }

  /** Without what was masked, which is known by now. */
  async function storeDocuments(documents: readonly PlacedDocument[], signal: AbortSignal): Promise<IndexCounts> {
    const outcomes = await index.create(documents, signal);
    const rejected = rejectedOf(documents, outcomes);
    // What the cluster does not take as it came may do in plain form; few lines ever need it.
    const plain = rejected.map(({ document: { line, index: name, id, source } }) => {
      return { line, index: name, id, source: rewritten(source) ?? source };
    });
    const plainOutcomes = plain.length === 0 ? [] : await index.create(plain, signal);
    const hopeless = rejectedOf(plain, plainOutcomes);
    if (hopeless.length > 0) await settleRejected(hopeless.map(rejectedLine), signal);
    const repeats = repeatsIn(outcomes) + repeatsIn(plainOutcomes);
    return { ...NOTHING_INDEXED, indexed: documents.length, rejected: hopeless.length, repeats };
  }

  return {
    async index(lines, signal) {
      const { batches, masked, maskedKinds } = batchesOf(lines, builder, names, pool);
      const counts = await Promise.all(batches.map((batch) => store(batch, signal)));
      return counts.reduce(addCounts, { ...NOTHING_INDEXED, masked, maskedKinds });
    },
  };
}

interface Rejected {
  readonly document: PlacedDocument;
  readonly rejection: Rejection;
}

function rejectedOf(documents: readonly PlacedDocument[], outcomes: readonly CreateOutcome[]): Rejected[] {
  return documents.flatMap((document, position) => {
    const outcome = outcomes[position];
    return isRejection(outcome) ? [{ document, rejection: outcome }] : [];
  });
}

function rejectedLine({ document: { line, index }, rejection }: Rejected): RejectedLine {
  return { line, index, rejection };
}

function repeatsIn(outcomes: readonly CreateOutcome[]): number {
  return outcomes.filter((outcome) => outcome === "there").length;
}
