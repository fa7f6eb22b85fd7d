import { hash } from "node:crypto";
import type { Meta } from "../core/archived-line.ts";
import { IoError } from "../core/fault.ts";
import { KIB } from "../core/units.ts";
import { type BlockEntry, type BlockTable, decodeTable, TRAILER_BYTES, tableBytes } from "./block-table.ts";
import {
  decompressFrame,
  META_FRAME_MAGIC,
  SKIPPABLE_HEADER_BYTES,
  skippableContent,
  TABLE_FRAME_MAGIC,
} from "./frame.ts";
import { parseMetaBlock, parseMetaIds } from "./meta.ts";

/** One read of so much opens every segment but the largest. */
const TAIL_BYTES = 64 * KIB;

/** Bytes `[start, end)` of the object; fewer where it ends before. */
export type ReadRange = (start: number, end: number) => Promise<Buffer>;

/** A segment opened for reading, block by block, each checked by length and hash before it is used. */
export interface SegmentReader {
  readonly table: BlockTable;
  readonly blocks: readonly Block[];
  /** The raw lines of a block, each ended by LF. Rejects with `IoError`. */
  readLines(block: Block): Promise<Buffer>;
  /** What the lines themselves lack, one for each line. Rejects with `IoError`. */
  readMeta(block: Block): Promise<Meta[]>;
  /** Only their ids, `ID_WORDS` words each, at a fraction of the cost. Rejects with `IoError`. */
  readIds(block: Block): Promise<Int32Array>;
}

/** The frames that hold the same rows. */
export interface Block {
  readonly lines: BlockEntry;
  readonly meta: BlockEntry;
}

/** Opens the segment `name` of that size. Rejects with `IoError` `corrupt`, naming it, where it cannot be trusted. */
export async function openSegment(name: string, sizeBytes: number, read: ReadRange): Promise<SegmentReader> {
  const table = await readTable(name, sizeBytes, read);
  const readContent = async (entry: BlockEntry, what: string): Promise<Buffer> => {
    const stored = await read(entry.offset, entry.offset + entry.storedBytes);
    return checked(name, what, () => {
      if (!hash("sha256", stored, "buffer").equals(entry.storedHash)) throw new RangeError("its bytes were altered");
      const frame = entry.kind === "meta" ? skippableContent(META_FRAME_MAGIC, stored) : stored;
      const content = decompressFrame(frame, entry.rawBytes);
      if (!hash("sha256", content, "buffer").equals(entry.rawHash)) throw new RangeError("its content was altered");
      return content;
    });
  };
  return {
    table,
    blocks: checked(name, "block table", () => pairBlocks(table)),
    readLines: ({ lines }) => readContent(lines, `lines of block at byte ${lines.offset}`),
    async readMeta({ meta }) {
      const what = `meta of block at byte ${meta.offset}`;
      const content = await readContent(meta, what);
      const metas = checked(name, what, () => parseMetaBlock(content.toString("utf8")));
      if (metas.length === meta.rows) return metas;
      throw new IoError("corrupt", `read segment "${name}": ${what}: ${metas.length} lines instead of ${meta.rows}`);
    },
    async readIds({ meta }) {
      const what = `meta of block at byte ${meta.offset}`;
      const content = await readContent(meta, what);
      return checked(name, what, () => parseMetaIds(content, meta.rows));
    },
  };
}

async function readTable(name: string, sizeBytes: number, read: ReadRange): Promise<BlockTable> {
  const tail = await read(Math.max(0, sizeBytes - TAIL_BYTES), sizeBytes);
  const trailer = tail.subarray(Math.max(0, tail.length - TRAILER_BYTES));
  const wanted = SKIPPABLE_HEADER_BYTES + checked(name, "trailer", () => tableBytes(trailer));
  const end = wanted <= tail.length ? tail : await read(Math.max(0, sizeBytes - wanted), sizeBytes);
  return checked(name, "block table", () => {
    const table = decodeTable(skippableContent(TABLE_FRAME_MAGIC, end.subarray(Math.max(0, end.length - wanted))));
    checkPlaces(table, sizeBytes - wanted);
    return table;
  });
}

/** The frames must lie one behind the other and end where the table begins. */
function checkPlaces({ entries }: BlockTable, tableAt: number): void {
  let offset = 0;
  for (const entry of entries) {
    if (entry.offset !== offset) throw new RangeError(`frame at byte ${entry.offset} instead of ${offset}`);
    offset += entry.storedBytes;
  }
  if (offset !== tableAt) throw new RangeError(`at byte ${tableAt} instead of ${offset}`);
}

function pairBlocks({ entries }: BlockTable): Block[] {
  const lines = entries.filter((entry) => entry.kind === "lines");
  const metas = entries.filter((entry) => entry.kind === "meta");
  return lines.map((entry, index) => {
    const meta = metas[index];
    if (meta?.firstRow === entry.firstRow && meta.rows === entry.rows) return { lines: entry, meta };
    throw new RangeError(`no meta for the rows from ${entry.firstRow}`);
  });
}

/** Turns what a decoder throws into one clear error that names the object and the part. */
function checked<Result>(name: string, what: string, decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new IoError("corrupt", `read segment "${name}": ${what}: ${why}`, { cause: error });
  }
}
