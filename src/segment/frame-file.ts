import { hash } from "node:crypto";
import { MIB } from "../core/units.ts";
import { type BlockEntry, encodeTable } from "./block-table.ts";
import { skippableFrame, TABLE_FRAME_MAGIC } from "./frame.ts";

/** Which rows a frame holds, and when they were. */
export type FrameRows = Pick<BlockEntry, "firstRow" | "rows" | "firstTimeMs" | "lastTimeMs">;

/** Room for the file of a quiet instance; it grows for others. */
const FIRST_BYTES = MIB;
/** Room for an ordinary file, which is kept for the next one. */
const KEPT_BYTES = 16 * MIB;

/** A file of frames in the making, kept until its table can be written. */
export interface FrameFile {
  /** Of the frames so far. */
  readonly storedBytes: number;
  add(kind: BlockEntry["kind"], content: Buffer, frame: Buffer, rows: FrameRows, root: Buffer): void;
  /** The file, with its table at the end; nothing is left in here. */
  take(size: { readonly rows: number; readonly rawBytes: number }, root: Buffer): Buffer;
}

export function createFrameFile(): FrameFile {
  // Frames are copied at once: those that waited for the end of the file would live long enough to be collected with the
  // whole heap only, and had it collected with every file.
  let file = Buffer.allocUnsafe(FIRST_BYTES);
  let entries: BlockEntry[] = [];
  let offset = 0;
  const append = (bytes: Buffer): void => {
    const needed = offset + bytes.length;
    if (needed > file.length) file = Buffer.concat([file.subarray(0, offset)], Math.max(needed, 2 * file.length));
    bytes.copy(file, offset);
    offset = needed;
  };
  return {
    get storedBytes() {
      return offset;
    },
    add(kind, content, frame, rows, root) {
      entries.push({
        kind,
        offset,
        storedBytes: frame.length,
        rawBytes: content.length,
        ...rows,
        storedHash: hash("sha256", frame, "buffer"),
        rawHash: hash("sha256", content, "buffer"),
        root,
      });
      append(frame);
    },
    take({ rows, rawBytes }, root) {
      append(skippableFrame(TABLE_FRAME_MAGIC, encodeTable({ entries, rows, rawBytes, root })));
      const bytes = Buffer.from(file.subarray(0, offset));
      // One unusual file must not keep its memory for the life of the writer.
      if (file.length > KEPT_BYTES) file = Buffer.allocUnsafe(FIRST_BYTES);
      entries = [];
      offset = 0;
      return bytes;
    },
  };
}
