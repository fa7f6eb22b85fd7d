import type { SegmentLine } from "../core/line.ts";
import { KIB, MIB } from "../core/units.ts";
import { compressFrame, META_FRAME_MAGIC, skippableFrame } from "./frame.ts";
import { createFrameFile, type FrameFile, type FrameRows } from "./frame-file.ts";
import { createMerkleTree, merkleRoot } from "./merkle.ts";
import { createMetaBlock } from "./meta.ts";

/** Raw lines of one block, and their meta. Larger blocks save half a percent and cost a fifth more time. */
const BLOCK_BYTES = MIB;
/** Room for the lines of a quiet instance; it grows for others. */
const FIRST_BLOCK_BYTES = 64 * KIB;
/** Lines may be shorter than what is kept about each. */
const BLOCK_ROWS = 16_384;
const LF = 0x0a;
const NO_ROOT = Buffer.alloc(32);

interface SegmentSize {
  readonly rows: number;
  readonly rawBytes: number;
  /** Raw lines and their meta, before compression. */
  readonly contentBytes: number;
}

/** A finished write-ahead segment: raw lines and their meta in one file. */
export interface Segment extends SegmentSize {
  readonly bytes: Buffer;
  /** Earliest and latest filing hour of its lines. */
  readonly firstHour: number;
  readonly lastHour: number;
}

/** A finished segment of the vault: a file of raw lines, and one of their meta in the same blocks. */
export interface VaultSegment extends SegmentSize {
  readonly lines: Buffer;
  readonly meta: Buffer;
  /** Merkle root over the lines. */
  readonly root: Buffer;
  /** Rows of each block, in order. */
  readonly blockRows: readonly number[];
}

/** Builds one segment after another in memory; blocks are compressed as they fill. */
export interface SegmentWriter<Finished> extends SegmentSize {
  /** Closed blocks, compressed. */
  readonly storedBytes: number;
  append(line: SegmentLine): void;
  /** The segment of all lines since the last call; the writer is empty afterwards. */
  finish(): Finished;
}

/** Segments of the write-ahead log. */
export function createSegmentWriter(): SegmentWriter<Segment> {
  const file = createFrameFile();
  return new Writer(file, file, (blocks) => ({
    ...blocks.size,
    bytes: file.take(blocks.size, blocks.root),
    firstHour: blocks.firstHour,
    lastHour: blocks.lastHour,
  }));
}

/** Segments of the vault. */
export function createVaultSegmentWriter(): SegmentWriter<VaultSegment> {
  const lines = createFrameFile();
  const meta = createFrameFile();
  return new Writer(lines, meta, ({ size, metaBytes, root, blockRows }) => ({
    ...size,
    blockRows,
    lines: lines.take(size, root),
    meta: meta.take({ rows: size.rows, rawBytes: metaBytes }, NO_ROOT),
    root,
  }));
}

/** All blocks of a segment. */
interface Blocks {
  readonly size: SegmentSize;
  readonly metaBytes: number;
  readonly root: Buffer;
  readonly blockRows: readonly number[];
  readonly firstHour: number;
  readonly lastHour: number;
}

/** Fills a block, closes it into two frames, and goes on until the segment is finished. */
class Writer<Finished> implements SegmentWriter<Finished> {
  rows = 0;
  rawBytes = 0;
  contentBytes = 0;
  readonly #linesFile: FrameFile;
  readonly #metaFile: FrameFile;
  readonly #finished: (blocks: Blocks) => Finished;
  readonly #meta = createMetaBlock();
  #block = Buffer.allocUnsafe(FIRST_BLOCK_BYTES);
  #blockBytes = 0;
  #blockRows = 0;
  #rowsOfBlocks: number[] = [];
  readonly #tree = createMerkleTree();
  #roots: string[] = [];
  #firstTimeMs = Number.POSITIVE_INFINITY;
  #lastTimeMs = 0;
  #firstHour = Number.POSITIVE_INFINITY;
  #lastHour = 0;

  constructor(linesFile: FrameFile, metaFile: FrameFile, finished: (blocks: Blocks) => Finished) {
    this.#linesFile = linesFile;
    this.#metaFile = metaFile;
    this.#finished = finished;
  }

  get storedBytes(): number {
    const isOne = this.#linesFile === this.#metaFile;
    return this.#linesFile.storedBytes + (isOne ? 0 : this.#metaFile.storedBytes);
  }

  append(line: SegmentLine): void {
    const lineBytes = line.end - line.start + 1;
    if (this.#blockRows > 0 && this.#isFullFor(lineBytes)) this.#closeBlock();
    if (this.#blockBytes + lineBytes > this.#block.length) this.#growFor(lineBytes);
    line.buffer.copy(this.#block, this.#blockBytes, line.start, line.end);
    this.#blockBytes += lineBytes;
    this.#block[this.#blockBytes - 1] = LF;
    this.#blockRows += 1;
    this.#tree.add(line.hash);
    const metaBytes = this.#meta.sizeBytes;
    this.#meta.append(line);
    this.contentBytes += lineBytes + this.#meta.sizeBytes - metaBytes;
    if (line.timeMs !== null) {
      if (line.timeMs < this.#firstTimeMs) this.#firstTimeMs = line.timeMs;
      if (line.timeMs > this.#lastTimeMs) this.#lastTimeMs = line.timeMs;
    }
    if (line.hour < this.#firstHour) this.#firstHour = line.hour;
    if (line.hour > this.#lastHour) this.#lastHour = line.hour;
    this.rows += 1;
    this.rawBytes += lineBytes;
  }

  finish(): Finished {
    if (this.#blockRows > 0) this.#closeBlock();
    const { rows, rawBytes, contentBytes } = this;
    const finished = this.#finished({
      size: { rows, rawBytes, contentBytes },
      metaBytes: contentBytes - rawBytes,
      root: merkleRoot(this.#roots),
      blockRows: this.#rowsOfBlocks,
      firstHour: this.#firstHour,
      lastHour: this.#lastHour,
    });
    this.rows = 0;
    this.rawBytes = 0;
    this.contentBytes = 0;
    this.#roots = [];
    this.#rowsOfBlocks = [];
    this.#firstHour = Number.POSITIVE_INFINITY;
    this.#lastHour = 0;
    return finished;
  }

  /** A single huge line gets the room that it needs. */
  #growFor(lineBytes: number): void {
    const needed = this.#blockBytes + lineBytes;
    const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(4 * this.#block.length, BLOCK_BYTES)));
    this.#block.copy(grown, 0, 0, this.#blockBytes);
    this.#block = grown;
  }

  #isFullFor(lineBytes: number): boolean {
    if (this.#blockRows >= BLOCK_ROWS || this.#meta.sizeBytes >= BLOCK_BYTES) return true;
    return this.#blockBytes + lineBytes > BLOCK_BYTES;
  }

  #closeBlock(): void {
    const hasTimes = this.#lastTimeMs > 0;
    const rows: FrameRows = {
      firstRow: this.rows - this.#blockRows,
      rows: this.#blockRows,
      firstTimeMs: hasTimes ? this.#firstTimeMs : 0,
      lastTimeMs: this.#lastTimeMs,
    };
    const root = this.#tree.take();
    this.#roots.push(root.toString("hex"));
    this.#rowsOfBlocks.push(this.#blockRows);
    const lines = this.#block.subarray(0, this.#blockBytes);
    this.#linesFile.add("lines", lines, compressFrame(lines), rows, root);
    const meta = this.#meta.take();
    const frame = compressFrame(meta);
    // Between frames of lines it has to be one that decompressing passes over.
    const isBetween = this.#metaFile === this.#linesFile;
    this.#metaFile.add("meta", meta, isBetween ? skippableFrame(META_FRAME_MAGIC, frame) : frame, rows, NO_ROOT);
    // A single huge line must not keep its memory for the life of the writer.
    if (this.#block.length > BLOCK_BYTES) this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.#blockBytes = 0;
    this.#blockRows = 0;
    this.#firstTimeMs = Number.POSITIVE_INFINITY;
    this.#lastTimeMs = 0;
  }
}
