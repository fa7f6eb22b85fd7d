import type { ArchivedLine } from "../core/archived-line.ts";
import type { BufferPool } from "../core/buffer-pool.ts";
import type { IndexDocument } from "../core/document-index.ts";
import { MIB } from "../core/units.ts";
import type { DocumentBuilder } from "./document/line-document.ts";
import type { IndexNames } from "./index-name.ts";

/** A request is large enough to be worth its way, and small enough to be taken by what stands in between. */
export const BATCH_BYTES = 4 * MIB;
const BATCH_DOCUMENTS = 5000;

/** The document of a line. */
export interface PlacedDocument extends IndexDocument {
  readonly line: ArchivedLine;
}

/**
 * One in the room of its batch. It lives until its request is answered, so it is as small as can be: a view of each
 * document would be most of what the garbage collector carries along.
 */
class RoomDocument implements PlacedDocument {
  readonly line: ArchivedLine;
  readonly index: string;
  readonly #room: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(line: ArchivedLine, index: string, room: Buffer, start: number, end: number) {
    this.line = line;
    this.index = index;
    this.#room = room;
    this.#start = start;
    this.#end = end;
  }

  get id(): string {
    return this.line.meta.id;
  }

  get source(): Buffer {
    return this.#room.subarray(this.#start, this.#end);
  }
}

/** Documents that go together, and the buffer of the pool that holds them. */
export interface DocumentBatch {
  readonly room: Buffer;
  readonly documents: PlacedDocument[];
}

/** Documents of lines, in order. */
export interface DocumentBatches {
  readonly batches: readonly DocumentBatch[];
  /** How many of the documents have something masked. */
  readonly masked: number;
  /** How many values were masked in them, by kind. */
  readonly maskedKinds: ReadonlyMap<string, number>;
}

export function batchesOf(
  lines: readonly ArchivedLine[],
  builder: DocumentBuilder,
  names: IndexNames,
  pool: BufferPool,
): DocumentBatches {
  const batches: DocumentBatch[] = [];
  let batch: DocumentBatch | null = null;
  let masked = 0;
  const maskedKinds = new Map<string, number>();
  let end = 0;
  for (const line of lines) {
    const made = builder.documentOf(line);
    if (made.masked.length > 0) masked += 1;
    for (const { kind, count } of made.masked) maskedKinds.set(kind, (maskedKinds.get(kind) ?? 0) + count);
    const isFull =
      batch !== null && (batch.documents.length >= BATCH_DOCUMENTS || end + made.source.length > BATCH_BYTES);
    if (batch === null || isFull) {
      batch = { room: pool.take(Math.max(BATCH_BYTES, made.source.length)), documents: [] };
      batches.push(batch);
      end = 0;
    }
    const start = end;
    end += made.source.copy(batch.room, start);
    batch.documents.push(new RoomDocument(line, names.logs(line.meta), batch.room, start, end));
  }
  return { batches, masked, maskedKinds };
}
