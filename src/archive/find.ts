import type { ArchivedLine } from "../core/archived-line.ts";
import { UNDATED_HOUR } from "../core/hour.ts";
import { leafHash } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Block } from "../segment/segment-reader.ts";
import { isTakenFrom, type LineObject, listLineObjects } from "./line-object.ts";
import { eachLine } from "./wal-reader.ts";

export interface FindQuery {
  /** Half-open span of the lines' times in milliseconds since 1970; null is open. A line without time is in no span. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** What else must hold, asked only of lines in the span. */
  readonly matches: (line: ArchivedLine) => boolean;
}

/** What a search has read, to be told to the person who asked. */
export interface FindCost {
  objects: number;
  storedBytes: number;
}

/** Matches that are remembered, so that a repeat is not found twice: about 100 MiB. */
const MOST_REMEMBERED = 1_000_000;

/**
 * Calls `visit` for each matching line, in order of objects and rows, the vault first; the lines of an id only once, but
 * for a conflict all its variants. `visit` may wait, for a slow reader. Only blocks that can match are read. Beyond a
 * million matches repeats that are not sealed are no longer noticed. Rejects with `IoError`.
 */
export async function findLines(
  store: ObjectStore,
  query: FindQuery,
  visit: (line: ArchivedLine) => void,
  endOfBlock: () => Promise<void>,
): Promise<FindCost> {
  const cost = { objects: 0, storedBytes: 0 };
  const found = new Set<string>();
  const isWanted = (firstHour: number, lastHour: number): boolean => mayHold(firstHour, lastHour, query);
  for await (const object of listLineObjects(store, isWanted)) {
    if (isOver(object, query)) continue;
    const segment = await object.open();
    cost.objects += 1;
    for (const block of segment.blocks) {
      if (!overlaps(block, query)) continue;
      cost.storedBytes += block.lines.storedBytes + block.meta.storedBytes;
      await eachLine(object, segment, block, (line) => {
        if (!inSpan(line, query) || !isTakenFrom(object, line) || !query.matches(line)) return;
        const variant = line.meta.id + leafHash(line.buffer, line.start, line.end);
        if (found.has(variant)) return;
        if (found.size < MOST_REMEMBERED) found.add(variant);
        visit(line);
      });
      await endOfBlock();
    }
  }
  return cost;
}

/** A line is filed under the hour of its time, or an earlier one where it runs ahead. */
export function mayHold(firstHour: number, lastHour: number, { sinceMs, untilMs }: FindQuery): boolean {
  if (sinceMs === null && untilMs === null) return true;
  return lastHour !== UNDATED_HOUR && (untilMs === null || firstHour * HOUR_MS < untilMs);
}

/** True where all lines are of hours before the span, and none runs ahead. */
export function isOver({ mayRunAhead, lastHour }: LineObject, { sinceMs }: FindQuery): boolean {
  return sinceMs !== null && !mayRunAhead && (lastHour + 1) * HOUR_MS <= sinceMs;
}

export function overlaps({ lines }: Block, { sinceMs, untilMs }: FindQuery): boolean {
  if (sinceMs === null && untilMs === null) return true;
  if (lines.lastTimeMs === 0) return false;
  return (sinceMs === null || lines.lastTimeMs >= sinceMs) && (untilMs === null || lines.firstTimeMs < untilMs);
}

export function inSpan({ meta: { timeMs } }: ArchivedLine, { sinceMs, untilMs }: FindQuery): boolean {
  if (sinceMs === null && untilMs === null) return true;
  if (timeMs === null) return false;
  return (sinceMs === null || timeMs >= sinceMs) && (untilMs === null || timeMs < untilMs);
}
