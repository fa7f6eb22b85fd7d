import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOf, UNDATED_HOUR } from "../core/hour.ts";
import { inParallel } from "../core/in-parallel.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { HOUR_MS, KIB } from "../core/units.ts";
import type { Block } from "../segment/segment-reader.ts";
import { createFoundOnce } from "./found-once.ts";
import { isTakenFrom, type LineObject, listLineObjects } from "./line-object.ts";
import type { SealedPlan } from "./sealed-plan.ts";
import { eachLine } from "./wal-reader.ts";

/** Half-open span of lines' times in milliseconds since 1970; null is open. A line without time is in no span. */
export interface LineSpan {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

export interface FindQuery extends LineSpan {
  /** What else must hold, asked only of lines in the span. */
  readonly matches: (line: ArchivedLine) => boolean;
  /** Numbers of the blocks of an object that can hold such lines, from 0; null where any can. Rejects with `IoError`. */
  readonly blocksOf?: ((object: LineObject) => Promise<ReadonlySet<number> | null>) | undefined;
  /** False to believe no look-up of days that are over before the span. */
  readonly lookups?: boolean | undefined;
  /** Lines after which the search ends. */
  readonly limit?: number | undefined;
  /** Ends it between two blocks. */
  readonly signal?: AbortSignal | undefined;
}

/** Where a search has to look: an object, or some of its blocks. */
export interface SearchPlace {
  readonly object: LineObject;
  readonly blocks: ReadonlySet<number> | null;
}

export interface FindVisitor {
  readonly visit: (line: ArchivedLine) => void;
  /** May wait, for a slow reader. */
  readonly endOfBlock: () => Promise<void>;
  /** So many stored bytes less are to be searched. */
  readonly onBytes: (bytes: number) => void;
}

/** Look-ups that are read at a time: stores far away answer late. */
const MOST_READS = 16;
/** A block with its meta is hardly larger; only for the estimate. */
const USUAL_BLOCK_BYTES = 384 * KIB;

/**
 * Where lines can lie that match, in the order in which they are searched: the vault first. `onPlan` is told of each plan of
 * these hours. Rejects with `IoError`.
 */
export async function findPlaces(
  store: ObjectStore,
  query: FindQuery,
  onPlan: (plan: SealedPlan) => void = () => undefined,
): Promise<SearchPlace[]> {
  const objects: LineObject[] = [];
  const isWanted = (firstHour: number, lastHour: number): boolean => mayHold(firstHour, lastHour, query);
  const { blocksOf, sinceMs, lookups = true } = query;
  const sinceHour = sinceMs === null || !lookups ? null : hourOf(sinceMs);
  for await (const object of listLineObjects(store, isWanted, onPlan, sinceHour)) {
    if (!isOver(object, query)) objects.push(object);
  }
  if (blocksOf === undefined) return objects.map((object) => ({ object, blocks: null }));
  const places = await inParallel(objects, MOST_READS, async (object) => ({ object, blocks: await blocksOf(object) }));
  return places.filter(({ blocks }) => blocks?.size !== 0);
}

/** About how many stored bytes it takes to search there. */
export function estimateBytes(places: readonly SearchPlace[]): number {
  return places.reduce((sum, place) => sum + bytesOfPlace(place), 0);
}

function bytesOfPlace({ object, blocks }: SearchPlace): number {
  return blocks === null ? object.sizeBytes : Math.min(object.sizeBytes, blocks.size * USUAL_BLOCK_BYTES);
}

/**
 * Calls `visit` for each matching line, in order of places and rows; the lines of an id only once, but for a conflict all
 * its variants. Only blocks that can match are read. Beyond a million matches repeats that are not sealed are no longer
 * noticed. Rejects with `IoError`.
 */
export async function searchPlaces(
  places: readonly SearchPlace[],
  query: FindQuery,
  { visit, endOfBlock, onBytes }: FindVisitor,
): Promise<void> {
  const { limit = Number.POSITIVE_INFINITY, signal } = query;
  const isNew = createFoundOnce();
  let found = 0;
  const take = (object: LineObject, line: ArchivedLine): void => {
    if (found >= limit || !inSpan(line, query) || !isTakenFrom(object, line) || !query.matches(line)) return;
    if (!isNew(line)) return;
    found += 1;
    visit(line);
  };
  const isDone = (): boolean => found >= limit || signal?.aborted === true;
  for (const place of places) {
    if (isDone()) break;
    const { object, blocks } = place;
    const segment = await object.open();
    for (const [index, block] of segment.blocks.entries()) {
      if (isDone()) break;
      if (blocks?.has(index) === false || !overlaps(block, query)) continue;
      await eachLine(object, segment, block, (line) => take(object, line));
      await endOfBlock();
    }
    onBytes(bytesOfPlace(place));
  }
}

/** A line is filed under the hour of its time, or an earlier one where it runs ahead. */
export function mayHold(firstHour: number, lastHour: number, { sinceMs, untilMs }: LineSpan): boolean {
  if (sinceMs === null && untilMs === null) return true;
  return lastHour !== UNDATED_HOUR && (untilMs === null || firstHour * HOUR_MS < untilMs);
}

/** True where all lines are of hours before the span, and none runs ahead. */
export function isOver({ mayRunAhead, lastHour }: LineObject, { sinceMs }: LineSpan): boolean {
  return sinceMs !== null && !mayRunAhead && (lastHour + 1) * HOUR_MS <= sinceMs;
}

export function overlaps({ lines }: Block, { sinceMs, untilMs }: LineSpan): boolean {
  if (sinceMs === null && untilMs === null) return true;
  if (lines.lastTimeMs === 0) return false;
  return (sinceMs === null || lines.lastTimeMs >= sinceMs) && (untilMs === null || lines.firstTimeMs < untilMs);
}

export function inSpan({ meta: { timeMs } }: ArchivedLine, { sinceMs, untilMs }: LineSpan): boolean {
  if (sinceMs === null && untilMs === null) return true;
  if (timeMs === null) return false;
  return (sinceMs === null || timeMs >= sinceMs) && (untilMs === null || timeMs < untilMs);
}
