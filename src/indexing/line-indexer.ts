import type { ArchivedLine } from "../core/archived-line.ts";
import { createBufferPool } from "../core/buffer-pool.ts";
import type { DocumentIndex, IndexDocument, Rejection } from "../core/document-index.ts";
import { IoError } from "../core/fault.ts";
import { MIB } from "../core/units.ts";
import {
  type DocumentText,
  documentOf,
  mostBytesOf,
  quarantineDocumentOf,
  rewritten,
  writeDocument,
} from "./document.ts";
import type { IndexNames } from "./index-name.ts";

/** A request is large enough to be worth its way, and small enough to be taken by what stands in between. */
const BATCH_BYTES = 4 * MIB;
const BATCH_DOCUMENTS = 5000;
/** As many as are usually in work at once. */
const POOLED_BUFFERS = 4;

export interface LineIndexerOptions {
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  /** The pipeline's name. */
  readonly stream: string;
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
}

interface LineDocument extends IndexDocument {
  readonly line: ArchivedLine;
}

/** Lines whose documents go together, and the room that these take at the most. */
interface Batch {
  readonly lines: ArchivedLine[];
  readonly texts: DocumentText[];
  mostBytes: number;
}

export function createLineIndexer({ index, names, stream }: LineIndexerOptions): LineIndexer {
  const pool = createBufferPool(POOLED_BUFFERS, 2 * BATCH_BYTES);

  /** Resolves with how many went to the quarantine. */
  async function store(batch: Batch, signal: AbortSignal): Promise<number> {
    const room = pool.take(batch.mostBytes);
    const rejected = await storeDocuments(documentsIn(room, batch), signal);
    // Not after a failure: a request that was given up may still be reading.
    pool.giveBack(room);
    return rejected;
  }

  function documentsIn(room: Buffer, { lines, texts }: Batch): LineDocument[] {
    let end = 0;
    return lines.map((line, at) => {
      const start = end;
      const text = texts[at];
      if (text !== undefined) end = writeDocument(text, room, start);
      return { index: names.logs(line.meta), id: line.meta.id, source: room.subarray(start, end), line };
    });
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
    async index(lines, signal) {
      const rejected = await Promise.all(batchesOf(lines, stream).map((batch) => store(batch, signal)));
      return { indexed: lines.length, rejected: rejected.reduce((sum, each) => sum + each, 0) };
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

function batchesOf(lines: readonly ArchivedLine[], stream: string): Batch[] {
  const batches: Batch[] = [];
  let batch: Batch | null = null;
  for (const line of lines) {
    const text = documentOf(line, stream);
    const mostBytes = mostBytesOf(text);
    const isFull =
      batch !== null && (batch.lines.length >= BATCH_DOCUMENTS || batch.mostBytes + mostBytes > BATCH_BYTES);
    if (batch === null || isFull) {
      batch = { lines: [], texts: [], mostBytes: 0 };
      batches.push(batch);
    }
    batch.lines.push(line);
    batch.texts.push(text);
    batch.mostBytes += mostBytes;
  }
  return batches;
}
