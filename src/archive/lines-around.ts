import type { ArchivedLine, Meta } from "../core/archived-line.ts";
import { hourOf } from "../core/hour.ts";
import type { Block, SegmentReader } from "../segment/segment-reader.ts";
import { isTakenFrom, type LineObject } from "./line-object.ts";
import { newestFirst } from "./newest-lines.ts";
import { eachLine } from "./wal-reader.ts";

/** When a line of that log has its time. */
export interface Moment {
  readonly log: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** How much is read, at the most. */
export interface AroundLimits {
  /** Blocks whose meta is read, to find those that have lines of then. */
  readonly metaBlocks: number;
  /** Of these the nearest, whose lines are read as well. */
  readonly blocks: number;
  /** How far from the moment the nearest line of a block may be. */
  readonly reachMs: number;
}

interface NearBlock {
  readonly object: LineObject;
  readonly segment: SegmentReader;
  readonly block: Block;
  readonly distanceMs: number;
}

/**
 * Calls `visit` for the lines of those blocks that have lines of the log around the moment, whichever way and whenever
 * they arrived. Rejects with `IoError`.
 */
export async function eachLineAround(
  objects: readonly LineObject[],
  moment: Moment,
  limits: AroundLimits,
  visit: (line: ArchivedLine) => void,
): Promise<void> {
  const blocks = await nearBlocks(objects, moment, limits);
  for (const { object, segment, block } of blocks
    .toSorted((a, b) => a.distanceMs - b.distanceMs)
    .slice(0, limits.blocks)) {
    await eachLine(object, segment, block, (line) => {
      if (isTakenFrom(object, line)) visit(line);
    });
  }
}

async function nearBlocks(
  objects: readonly LineObject[],
  moment: Moment,
  { metaBlocks, reachMs }: AroundLimits,
): Promise<NearBlock[]> {
  const [firstHour, lastHour] = [hourOf(moment.timeMs - reachMs), hourOf(moment.timeMs + reachMs)];
  const wanted = objects.filter((object) => object.firstHour <= lastHour && object.lastHour >= firstHour);
  const found: NearBlock[] = [];
  let read = 0;
  for (const object of newestFirst(wanted)) {
    if (read === metaBlocks) break;
    const segment = await object.open();
    for (const block of segment.blocks.slice(0, metaBlocks - read)) {
      read += 1;
      const distanceMs = distanceTo(moment, await segment.readMeta(block));
      if (distanceMs <= reachMs) found.push({ object, segment, block, distanceMs });
    }
  }
  return found;
}

/** Of the log's nearest line; infinite where there is none. */
function distanceTo({ log, timeMs }: Moment, metas: readonly Meta[]): number {
  return metas.reduce(
    (least, meta) =>
      meta.log === log && meta.timeMs !== null ? Math.min(least, Math.abs(meta.timeMs - timeMs)) : least,
    Number.POSITIVE_INFINITY,
  );
}
