import type { ArchivedLine } from "../core/archived-line.ts";
import type { DocumentIndex, IndexDocument, Rejection } from "../core/document-index.ts";
import { IoError } from "../core/fault.ts";
import { MIB } from "../core/units.ts";
import { documentOf, quarantineDocumentOf, rewritten } from "./document.ts";
import type { IndexNames } from "./index-name.ts";

/** A request is large enough to be worth its way, and small enough to be taken by what stands in between. */
const BATCH_BYTES = 4 * MIB;
const BATCH_DOCUMENTS = 5000;

export interface LineIndexerOptions {
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  /** The pipeline's name. */
  readonly stream: string;
}

/** Puts lines into the index, and what the index rejects into its quarantine. */
export interface LineIndexer {
  readonly counts: IndexCounts;
  /** Resolves once each line is in one of the two. Rejects with `IoError`; the same lines may be indexed again. */
  index(lines: readonly ArchivedLine[], signal: AbortSignal): Promise<void>;
}

export interface IndexCounts {
  /** Lines in the index or its quarantine. */
  readonly indexed: number;
  /** Of these, in the quarantine. */
  readonly rejected: number;
}

interface LineDocument extends IndexDocument {
  readonly line: ArchivedLine;
}

export function createLineIndexer({ index, names, stream }: LineIndexerOptions): LineIndexer {
  const counts = { indexed: 0, rejected: 0 };

  async function store(documents: readonly LineDocument[], signal: AbortSignal): Promise<void> {
    const rejected = rejectedOf(documents, await index.create(documents, signal));
    // What the cluster does not take as it came may do in plain form; few lines ever need it.
    const plain = rejected.map(({ document }) => ({
      ...document,
      source: rewritten(document.source) ?? document.source,
    }));
    const hopeless = plain.length === 0 ? [] : rejectedOf(plain, await index.create(plain, signal));
    if (hopeless.length > 0) await quarantine(hopeless, signal);
    counts.indexed += documents.length;
    counts.rejected += hopeless.length;
  }

  async function quarantine(rejected: readonly Rejected[], signal: AbortSignal): Promise<void> {
    const documents = rejected.map(({ document: { index: name, id, line }, rejection }) => ({
      index: names.quarantine(line.meta),
      id,
      source: quarantineDocumentOf(line, stream, name, rejection),
      line,
    }));
    const [first] = rejectedOf(documents, await index.create(documents, signal));
    if (first === undefined) return;
    const { document, rejection } = first;
    const why = `${rejection.type}: ${rejection.reason}`;
    throw new IoError("denied", `quarantine in "${document.index}": ${why} (hint: logtally setup makes its template)`);
  }

  return {
    counts,
    async index(lines, signal) {
      const documents = lines.map((line) => ({
        index: names.logs(line.meta),
        id: line.meta.id,
        source: documentOf(line, stream),
        line,
      }));
      await Promise.all(batchesOf(documents).map((batch) => store(batch, signal)));
    },
  };
}

interface Rejected {
  readonly document: LineDocument;
  readonly rejection: Rejection;
}

function rejectedOf(documents: readonly LineDocument[], rejections: readonly (Rejection | null)[]): Rejected[] {
  return documents.flatMap((document, position) => {
    const rejection = rejections[position] ?? null;
    return rejection === null ? [] : [{ document, rejection }];
  });
}

function batchesOf(documents: readonly LineDocument[]): LineDocument[][] {
  const batches: LineDocument[][] = [];
  let batch: LineDocument[] = [];
  let sizeBytes = 0;
  for (const document of documents) {
    const isFull = batch.length >= BATCH_DOCUMENTS || sizeBytes + document.source.length > BATCH_BYTES;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
      sizeBytes = 0;
    }
    batch.push(document);
    sizeBytes += document.source.length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
