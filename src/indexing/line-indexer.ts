import type { ArchivedLine } from "../core/archived-line.ts";
import { createBufferPool } from "../core/buffer-pool.ts";
import type { DocumentIndex, Rejection } from "../core/document-index.ts";
import { IoError } from "../core/fault.ts";
import type { DocumentBuilder } from "./document/line-document.ts";
import { quarantineDocumentOf } from "./document/quarantine-document.ts";
import { rewritten } from "./document/rewritten.ts";
import { BATCH_BYTES, batchesOf, type DocumentBatch, type LineDocument } from "./document-batches.ts";
import type { IndexNames } from "./index-name.ts";

/** As many as are usually in work at once. */
const POOLED_BUFFERS = 4;

export interface LineIndexerOptions {
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  /** Makes the documents, of lines of one pipeline. */
  readonly documents: DocumentBuilder;
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
  /** Of these, with something masked. */
  readonly masked: number;
}

export function createLineIndexer({ index, names, documents: builder }: LineIndexerOptions): LineIndexer {
  const pool = createBufferPool(POOLED_BUFFERS, 2 * BATCH_BYTES);

  /** Resolves with how many went to the quarantine. */
  async function store({ room, documents }: DocumentBatch, signal: AbortSignal): Promise<number> {
    const rejected = await storeDocuments(documents, signal);
    // Not after a failure: a request that was given up may still be reading.
    pool.giveBack(room);
    return rejected;
  }

  async function storeDocuments(documents: readonly LineDocument[], signal: AbortSignal): Promise<number> {
    const rejected = rejectedOf(documents, await index.create(documents, signal));
    // What the cluster does not take as it came may do in plain form; few lines ever need it.
    const plain = rejected.map(({ document }) => ({
      ...document,
      source: rewritten(document.source) ?? document.source,
    }));
    const hopeless = plain.length === 0 ? [] : rejectedOf(plain, await index.create(plain, signal));
    if (hopeless.length > 0) await quarantine(hopeless, signal);
    return hopeless.length;
  }

  async function quarantine(rejected: readonly Rejected[], signal: AbortSignal): Promise<void> {
    const documents = rejected.map(({ document: { index: name, id, line }, rejection }) => ({
      index: names.quarantine(line.meta),
      id,
      source: quarantineDocumentOf(line, builder.stream, {
        index: name,
        rejection,
        text: builder.textOf(line),
        mask: (text) => builder.mask(text),
      }),
      line,
    }));
    const [first] = rejectedOf(documents, await index.create(documents, signal));
    if (first === undefined) return;
    const { document, rejection } = first;
    const why = `${rejection.type}: ${rejection.reason}`;
    throw new IoError("denied", `quarantine in "${document.index}": ${why} (hint: logtally setup makes its template)`);
  }

  return {
    async index(lines, signal) {
      const { batches, masked } = batchesOf(lines, builder, names, pool);
      const rejected = await Promise.all(batches.map((batch) => store(batch, signal)));
      return { indexed: lines.length, rejected: rejected.reduce((sum, each) => sum + each, 0), masked };
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
