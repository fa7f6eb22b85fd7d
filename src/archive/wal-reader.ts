import type { ArchivedLine } from "../core/archived-line.ts";
import { IoError } from "../core/fault.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { type Block, openSegment, type SegmentReader } from "../segment/segment-reader.ts";
import { parseWalName, type WalName, walPrefix } from "./wal-name.ts";

export interface WalObject extends WalName {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The write-ahead objects of a stream (null: of all), in order of names. Other files in their folders are ignored. */
export async function* listWal(store: ObjectStore, stream: string | null): AsyncIterable<WalObject> {
  for await (const { name, sizeBytes } of store.list(walPrefix(stream))) {
    const parsed = parseWalName(name);
    if (parsed !== null) yield { ...parsed, name, sizeBytes };
  }
}

/** Opens an object by its block table. Rejects with `IoError`, naming it, where it cannot be trusted. */
export function openWalObject(store: ObjectStore, { name, sizeBytes }: WalObject): Promise<SegmentReader> {
  return openSegment(name, sizeBytes, (start, end) => store.read(name, start, end));
}

const LF = 0x0a;

/** Calls `visit` for each line of the block, in order. Rejects with `IoError`. */
export async function eachLine(
  object: WalObject,
  segment: SegmentReader,
  block: Block,
  visit: (line: ArchivedLine) => void,
): Promise<void> {
  const metas = await segment.readMeta(block);
  const buffer = await segment.readLines(block);
  let start = 1;
  for (const [index, meta] of metas.entries()) {
    const end = buffer.indexOf(LF, start);
    if (end < 0) throw wrongRows(object, block);
    visit({ object: object.name, row: block.lines.firstRow + index, buffer, start, end, meta });
    start = end + 1;
  }
  if (start !== buffer.length) throw wrongRows(object, block);
}

function wrongRows({ name }: WalObject, { lines }: Block): IoError {
  return new IoError("corrupt", `read segment "${name}": block at byte ${lines.offset}: not ${lines.rows} lines`);
}
