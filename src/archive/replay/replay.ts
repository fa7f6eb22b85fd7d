import type { ArchivedLine } from "../../core/archived-line.ts";
import { hourOfId, leafHash } from "../../core/identity.ts";
import { MIB } from "../../core/units.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { Block, SegmentReader } from "../../segment/segment-reader.ts";
import { type FindQuery, inSpan, overlaps } from "../find.ts";
import { type IdPass, isInPass } from "../id-pass.ts";
import { createGrowingIdSet, hexWord, type IdSet } from "../id-set.ts";
import { isTakenFrom, type LineObject } from "../line-object.ts";
import { eachLine } from "../wal-reader.ts";
import type { ReplayObject, Stretch } from "./replay-plan.ts";

/** Where lines are brought back to. */
export interface ReplaySink {
  /** Resolves when they are there, and more may come: they stay as they are until then. Rejects with `IoError`. */
  take(lines: readonly ArchivedLine[]): Promise<void>;
  /** All lines of these hours were taken: resolves when they stay. Rejects with `IoError`. */
  endStretch(stretch: Stretch): Promise<void>;
}

export interface ReplayOptions {
  readonly query: FindQuery;
  readonly sink: ReplaySink;
  /** True for an hour whose lines are there already. */
  readonly isDone: (hour: number) => boolean;
  /** So many stored bytes more are done with. */
  readonly onBytes: (bytes: number) => void;
  /** Ends it before the next block; what a sink was given is finished. */
  readonly signal: AbortSignal;
}

/** Raw bytes of the blocks that are handed over together; each is held as a whole, whatever matches in it. */
const PORTION_BYTES = 8 * MIB;
/** Of a leaf hash those words that no id is made of. */
const SECOND_HALF = 4;

/**
 * Brings the lines of these hours back that match, each once (all variants of an id), in the same order every time. In
 * bounded memory. Rejects with `IoError`, and with the signal's reason.
 */
export async function replayStretch(stretch: Stretch, options: ReplayOptions): Promise<void> {
  const { sink, isDone, onBytes } = options;
  if (isWhollyDone(stretch, isDone)) {
    for (const { objects } of stretch.passes) for (const { object } of objects) onBytes(object.sizeBytes);
    return;
  }
  for (const pass of stretch.passes) {
    const seen = stretch.mayRepeat ? createGrowingIdSet() : null;
    const portion = createPortion(sink);
    for (const { object } of pass.objects) await replayObject(object, pass, seen, portion, options);
    await portion.giveAll();
  }
  await sink.endStretch(stretch);
}

/** Stored bytes that will be gone through, for a progress bar: an object as often as it is read. */
export function bytesToRead(stretches: readonly Stretch[]): number {
  return objectsToRead(stretches).reduce((sum, { object }) => sum + object.sizeBytes, 0);
}

/** Objects as often as they are read. */
export function objectsToRead(stretches: readonly Stretch[]): ReplayObject[] {
  return stretches.flatMap(({ passes }) => passes.flatMap(({ objects }) => objects));
}

/** Lines that are handed over together. */
interface Portion {
  /** Takes those of a block of so many bytes. */
  add(lines: readonly ArchivedLine[], blockBytes: number): Promise<void>;
  giveAll(): Promise<void>;
}

function createPortion(sink: ReplaySink): Portion {
  let lines: ArchivedLine[] = [];
  let heldBytes = 0;
  const giveAll = async (): Promise<void> => {
    const all = lines;
    lines = [];
    heldBytes = 0;
    if (all.length > 0) await sink.take(all);
  };
  return {
    async add(more, blockBytes) {
      if (more.length === 0) return;
      for (const line of more) lines.push(line);
      heldBytes += blockBytes;
      if (heldBytes >= PORTION_BYTES) await giveAll();
    },
    giveAll,
  };
}

async function replayObject(
  object: LineObject,
  pass: IdPass,
  seen: IdSet | null,
  portion: Portion,
  { query, isDone, onBytes, signal }: ReplayOptions,
): Promise<void> {
  signal.throwIfAborted();
  const segment = await object.open();
  const words = new Int32Array(ID_WORDS);
  const isWanted = (line: ArchivedLine): boolean => {
    if (!inSpan(line, query) || !isTakenFrom(object, line) || isDone(hourOfId(line.meta.id))) return false;
    for (let word = 0; word < ID_WORDS; word += 1) words[word] = hexWord(line.meta.id, word);
    return isInPass(pass, words, 0) && query.matches(line) && (seen === null || isNew(line, words, seen));
  };
  let left = object.sizeBytes;
  for (const block of segment.blocks) {
    signal.throwIfAborted();
    if (overlaps(block, query))
      await portion.add(await linesOf(object, segment, block, isWanted), block.lines.rawBytes);
    const stored = block.lines.storedBytes + block.meta.storedBytes;
    left -= stored;
    onBytes(stored);
  }
  // The block tables.
  onBytes(left);
}

async function linesOf(
  object: LineObject,
  segment: SegmentReader,
  block: Block,
  isWanted: (line: ArchivedLine) => boolean,
): Promise<ArchivedLine[]> {
  const lines: ArchivedLine[] = [];
  await eachLine(object, segment, block, (line) => {
    if (isWanted(line)) lines.push(line);
  });
  return lines;
}

/** By the id, whose words these are, and the bytes: variants of an id are lines of their own. */
function isNew({ buffer, start, end }: ArchivedLine, words: Int32Array, seen: IdSet): boolean {
  const hash = leafHash(buffer, start, end);
  for (let word = 0; word < ID_WORDS; word += 1) {
    words[word] = (words[word] ?? 0) ^ hexWord(hash, SECOND_HALF + word);
  }
  return seen.add(words, 0);
}

function isWhollyDone({ fromHour, toHour }: Stretch, isDone: (hour: number) => boolean): boolean {
  for (let hour = fromHour; hour < toHour; hour += 1) if (!isDone(hour)) return false;
  return true;
}
