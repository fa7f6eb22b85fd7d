import type { ArchivedLine } from "../core/archived-line.ts";
import { isOfObject } from "../core/fault.ts";
import { ifThere } from "../core/if-there.ts";
import { inParallel } from "../core/in-parallel.ts";
import type { ObjectStore } from "../core/object-store.ts";
import type { SegmentReader } from "../segment/segment-reader.ts";
import { locateLine } from "./locate-line.ts";
import { streamOfObject } from "./object-stream.ts";
import { parseWalName } from "./wal-name.ts";
import { eachLine, findWalObject } from "./wal-reader.ts";

/** Where a line was when somebody noted it. */
export interface NotedPlace {
  readonly id: string;
  readonly object: string;
  readonly row: number;
}

/** What the archive has of a noted line now. */
export interface FoundAgain {
  /** With bytes of their own. All variants of the id where its object is gone; none where the archive has no such line. */
  readonly lines: readonly ArchivedLine[];
  /** What is to be told, in whole sentences. */
  readonly remarks: readonly string[];
}

/** Finds lines of a stream; those of one object should be asked for together, in order of rows. Rejects with `IoError`. */
export type FindAgain = (places: readonly NotedPlace[]) => Promise<FoundAgain[]>;

/** Look-ups at a time: stores far away answer late. */
const MOST_LOCATED = 8;

/** By the place while the write-ahead object is there, and by the id once it is sealed and removed. */
export function createFindAgain(store: ObjectStore, stream: string): FindAgain {
  const lineAt = createRowReader(store);
  return async (places) => {
    const atPlace: (ArchivedLine | null)[] = [];
    for (const place of places) {
      const isOurs = parseWalName(place.object)?.stream === stream;
      const line = isOurs ? await lineAt(place.object, place.row).catch(nullOfObject) : null;
      atPlace.push(line?.meta.id === place.id ? line : null);
    }
    return inParallel([...places.entries()], MOST_LOCATED, async ([at, { id }]) => {
      const line = atPlace[at] ?? null;
      return line === null ? locate(store, stream, id) : { lines: [line], remarks: [] };
    });
  };
}

async function locate(store: ObjectStore, stream: string, id: string): Promise<FoundAgain> {
  try {
    const { variants, remarks } = await locateLine(store, id);
    const lines = variants.map(({ line }) => line).filter(({ object }) => streamOfObject(object) === stream);
    return { lines, remarks };
  } catch (error) {
    // What is broken is told, and keeps nobody from the others.
    if (!isOfObject(error)) throw error;
    return { lines: [], remarks: [error.message] };
  }
}

/** Whoever looks for the id names what is broken. */
function nullOfObject(error: unknown): null {
  if (!isOfObject(error)) throw error;
  return null;
}

/** A line of a write-ahead object by its row; null where either is gone. The last block is kept. */
function createRowReader(store: ObjectStore): (object: string, row: number) => Promise<ArchivedLine | null> {
  let opened: { readonly name: string; readonly segment: SegmentReader | null } = { name: "", segment: null };
  let kept: { readonly firstRow: number; readonly lines: readonly ArchivedLine[] } = { firstRow: 0, lines: [] };
  return async (name, row) => {
    if (opened.name !== name) {
      kept = { firstRow: 0, lines: [] };
      opened = { name, segment: await ifThere(findWalObject(store, name)) };
    }
    const { segment } = opened;
    const isKept = row >= kept.firstRow && row < kept.firstRow + kept.lines.length;
    if (segment !== null && !isKept) kept = await blockWith(segment, name, row);
    const line = kept.lines[row - kept.firstRow];
    return line === undefined ? null : withOwnBytes(line);
  };
}

async function blockWith(segment: SegmentReader, name: string, row: number) {
  const block = segment.blocks.find(({ lines: { firstRow, rows } }) => row >= firstRow && row < firstRow + rows);
  const lines: ArchivedLine[] = [];
  if (block !== undefined) await eachLine({ name }, segment, block, (line) => lines.push(line));
  return { firstRow: block?.lines.firstRow ?? 0, lines };
}

function withOwnBytes(line: ArchivedLine): ArchivedLine {
  // A spare byte in front, for whoever hashes it.
  const buffer = Buffer.alloc(1 + line.end - line.start);
  line.buffer.copy(buffer, 1, line.start, line.end);
  return { ...line, buffer, start: 1, end: buffer.length };
}
