import type { ArchivedLine } from "../core/archived-line.ts";
import { IoError } from "../core/fault.ts";
import type { CommittedObject } from "../core/line-log.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { type Block, openSegment, type SegmentReader } from "../segment/segment-reader.ts";
import { parseWalName, type WalName, walPrefix } from "./wal-name.ts";

export interface WalObject extends WalName {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the clock of the store: for telling how old it is. */
  readonly createdAtMs: number;
}

/** The write-ahead objects of a stream (null: of all), in order of names. Other files in their folders are ignored. */
export async function* listWal(store: ObjectStore, stream: string | null): AsyncIterable<WalObject> {
  for await (const { name, sizeBytes, createdAtMs } of store.list(walPrefix(stream))) {
    const parsed = parseWalName(name);
    if (parsed !== null) yield { ...parsed, name, sizeBytes, createdAtMs };
  }
}

/** Opens an object by its block table. Rejects with `IoError`, naming it, where it cannot be trusted. */
export function openWalObject(
  store: ObjectStore,
  { name, sizeBytes }: Pick<WalObject, "name" | "sizeBytes">,
): Promise<SegmentReader> {
  return openSegment(name, sizeBytes, (start, end) => store.read(name, start, end));
}

/** The same for bytes that are at hand. */
export function openWalBytes({ name, bytes }: Pick<CommittedObject, "name" | "bytes">): Promise<SegmentReader> {
  return openSegment(name, bytes.length, (start, end) => Promise.resolve(bytes.subarray(start, end)));
}

/** An object by its name. Rejects with `IoError`, `not_found` where there is none. */
export async function findWalObject(store: ObjectStore, name: string): Promise<SegmentReader> {
  for await (const { name: found, sizeBytes } of store.list(name)) {
    if (found === name) return openSegment(name, sizeBytes, (start, end) => store.read(name, start, end));
  }
  throw new IoError("not_found", `open "${name}": not there`);
}

const LF = 0x0a;

/** Calls `visit` for each line of the block, in order. Rejects with `IoError`. */
export async function eachLine(
  object: Pick<WalObject, "name">,
  segment: SegmentReader,
  block: Block,
  visit: (line: ArchivedLine) => void,
): Promise<void> {
  const metas = await segment.readMeta(block);
  const buffer = await segment.readLines(block);
  let start = 0;
  for (const [index, meta] of metas.entries()) {
    const end = buffer.indexOf(LF, start);
    if (end < 0) throw wrongRows(object, block);
    visit({ object: object.name, row: block.lines.firstRow + index, buffer, start, end, meta });
    start = end + 1;
  }
  if (start !== buffer.length) throw wrongRows(object, block);
}

function wrongRows({ name }: Pick<WalObject, "name">, { lines }: Block): IoError {
  return new IoError("corrupt", `read segment "${name}": block at byte ${lines.offset}: not ${lines.rows} lines`);
}
