import type { ArchivedLine } from "../core/archived-line.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Block, SegmentReader } from "../segment/segment-reader.ts";
import { type FindQuery, inSpan, overlaps, type SearchPlace } from "./find.ts";
import { createFoundOnce } from "./found-once.ts";
import { isTakenFrom, type LineObject } from "./line-object.ts";
import { eachLine } from "./wal-reader.ts";

export interface NewestQuery extends Pick<FindQuery, "sinceMs" | "untilMs" | "matches" | "signal"> {
  /** Stored bytes after which no further block is read. */
  readonly mostBytes: number;
}

export interface NewestVisitor {
  /** Is given each matching line once, those of a block in their order; bytes are lent. */
  readonly visit: (line: ArchivedLine) => void;
  /** After each block: no line that comes is later than `frontierMs`. May wait, for a slow reader and for others' turn. */
  readonly endOfBlock: (looked: Looked, frontierMs: number) => Promise<void>;
}

/** What was looked at so far. */
export interface Looked {
  readonly lines: number;
  /** As stored. */
  readonly bytes: number;
}

/** Where to look next: an object that is not opened yet, or a block of one. */
interface Step {
  /** No line there is later. */
  readonly latestMs: number;
  readonly place: SearchPlace;
  readonly opened: { readonly segment: SegmentReader; readonly block: Block } | null;
}

/**
 * Calls `visit` for each matching line, from the block with the latest line on: a search for the newest lines can stop
 * early, and one for all of them has found the newest first. Lines without time are the last. Resolves with false where the
 * bytes or the signal have ended it before. Rejects with `IoError`.
 */
export async function searchNewestFirst(
  places: readonly SearchPlace[],
  query: NewestQuery,
  { visit, endOfBlock }: NewestVisitor,
): Promise<boolean> {
  const steps = places.map((place): Step => ({ latestMs: latestOf(place.object), place, opened: null }));
  const isNew = createFoundOnce();
  const looked = { lines: 0, bytes: 0 };
  steps.sort(byTime);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (query.signal?.aborted === true) return false;
    const { place, opened } = step;
    const { object } = place;
    if (opened === null) {
      steps.push(...(await stepsOf(place, query)));
      steps.sort(byTime);
      continue;
    }
    if (looked.bytes >= query.mostBytes) return false;
    const { segment, block } = opened;
    await eachLine(object, segment, block, (line) => {
      looked.lines += 1;
      if (inSpan(line, query) && isTakenFrom(object, line) && query.matches(line) && isNew(line)) visit(line);
    });
    looked.bytes += block.lines.storedBytes + block.meta.storedBytes;
    await endOfBlock(looked, steps.at(-1)?.latestMs ?? Number.NEGATIVE_INFINITY);
  }
  return true;
}

async function stepsOf(place: SearchPlace, query: NewestQuery): Promise<Step[]> {
  const segment = await place.object.open();
  return [...segment.blocks.entries()].flatMap(([number, block]) =>
    place.blocks?.has(number) === false || !overlaps(block, query)
      ? []
      : [{ latestMs: block.lines.lastTimeMs, place, opened: { segment, block } }],
  );
}

function latestOf({ mayRunAhead, lastHour }: LineObject): number {
  return mayRunAhead ? Number.POSITIVE_INFINITY : (lastHour + 1) * HOUR_MS;
}

/** What is popped first is the latest. */
function byTime(a: Step, b: Step): number {
  // Not their difference: two that may run ahead have none.
  return a.latestMs === b.latestMs ? 0 : a.latestMs < b.latestMs ? -1 : 1;
}
