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

/** A stored file, to be read in parts. */
export interface SegmentFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: ReadRange;
}

/** Opens a segment of one file. Rejects with `IoError` `corrupt`, naming it, where it cannot be trusted. */
export async function openSegment(name: string, sizeBytes: number, read: ReadRange): Promise<SegmentReader> {
  const file = { name, sizeBytes, read };
  const table = await readTable(file);
  return readerOf(
    file,
    file,
    table,
    checked(name, "block table", () => pairBlocks(name, table.entries, table.entries)),
  );
}

/** Opens a segment of the vault: lines and meta in a file each. Rejects as `openSegment` does. */
export async function openVaultSegment(lines: SegmentFile, meta: SegmentFile): Promise<SegmentReader> {
  const table = await readTable(lines);
  const { entries } = await readTable(meta);
  return readerOf(
    lines,
    meta,
    table,
    checked(meta.name, "block table", () => pairBlocks(lines.name, table.entries, entries)),
  );
}

function readerOf(
  linesFile: SegmentFile,
  metaFile: SegmentFile,
  table: BlockTable,
  blocks: readonly Block[],
): SegmentReader {
  const readMetaText = (meta: BlockEntry): Promise<Buffer> => {
    // In a file of its own the frame is one as any other.
    const isBetween = metaFile === linesFile;
    return readContent(metaFile, meta, metaName(meta), isBetween ? META_FRAME_MAGIC : null);
  };
  return {
    table,
    blocks,
    readLines: ({ lines }) => readContent(linesFile, lines, `lines of block at byte ${lines.offset}`, null),
    async readMeta({ meta }) {
      const content = await readMetaText(meta);
      const metas = checked(metaFile.name, metaName(meta), () => parseMetaBlock(content.toString("utf8")));
      if (metas.length === meta.rows) return metas;
      const why = `${metas.length} lines instead of ${meta.rows}`;
      throw new IoError("corrupt", `read segment "${metaFile.name}": ${metaName(meta)}: ${why}`);
    },
    async readIds({ meta }) {
      const content = await readMetaText(meta);
      return checked(metaFile.name, metaName(meta), () => parseMetaIds(content, meta.rows));
    },
  };
}

function metaName({ offset }: BlockEntry): string {
  return `meta of block at byte ${offset}`;
}

/** The content of a frame; `magic` is that of the skippable frame around it. */
async function readContent(
  { name, read }: SegmentFile,
  entry: BlockEntry,
  what: string,
  magic: number | null,
): Promise<Buffer> {
  const stored = await read(entry.offset, entry.offset + entry.storedBytes);
  return checked(name, what, () => {
    if (!hash("sha256", stored, "buffer").equals(entry.storedHash)) throw new RangeError("its bytes were altered");
    const frame = magic === null ? stored : skippableContent(magic, stored);
    const content = decompressFrame(frame, entry.rawBytes);
    if (!hash("sha256", content, "buffer").equals(entry.rawHash)) throw new RangeError("its content was altered");
    return content;
  });
}

async function readTable({ name, sizeBytes, read }: SegmentFile): Promise<BlockTable> {
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

/** Throws a `RangeError` where a frame of one kind has none of the other for the same rows. */
function pairBlocks(name: string, ofLines: readonly BlockEntry[], ofMeta: readonly BlockEntry[]): Block[] {
  const lines = ofLines.filter((entry) => entry.kind === "lines");
  const metas = ofMeta.filter((entry) => entry.kind === "meta");
  if (lines.length !== metas.length) throw new RangeError(`${metas.length} blocks, and ${lines.length} in "${name}"`);
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
