import { hash } from "node:crypto";
import { type BlockEntry, encodeTable } from "./block-table.ts";
import { skippableFrame, TABLE_FRAME_MAGIC } from "./frame.ts";

/** Which rows a frame holds, and when they were. */
export type FrameRows = Pick<BlockEntry, "firstRow" | "rows" | "firstTimeMs" | "lastTimeMs">;

/** A file of frames in the making, kept until its table can be written. */
export interface FrameFile {
  /** Of the frames so far. */
  readonly storedBytes: number;
  add(kind: BlockEntry["kind"], content: Buffer, frame: Buffer, rows: FrameRows, root: Buffer): void;
  /** The file, with its table at the end; nothing is left in here. */
  take(size: { readonly rows: number; readonly rawBytes: number }, root: Buffer): Buffer;
}

export function createFrameFile(): FrameFile {
  let frames: Buffer[] = [];
  let entries: BlockEntry[] = [];
  let offset = 0;
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
      frames.push(frame);
      offset += frame.length;
    },
    take({ rows, rawBytes }, root) {
      const table = encodeTable({ entries, rows, rawBytes, root });
      const bytes = Buffer.concat([...frames, skippableFrame(TABLE_FRAME_MAGIC, table)]);
      frames = [];
      entries = [];
      offset = 0;
      return bytes;
    },
  };
}
