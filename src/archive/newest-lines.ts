import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOfId } from "../core/identity.ts";
import type { Block } from "../segment/segment-reader.ts";
import { isTakenFrom, type LineObject } from "./line-object.ts";
import { eachLine } from "./wal-reader.ts";

/** How much is looked at, at the most. */
export interface LookLimits {
  readonly blocks: number;
  /** Of one object; they are spread evenly over it, since what came together lies together. */
  readonly blocksOfObject: number;
  /** No further block is read beyond these. */
  readonly lines: number;
  /** Lines that are filed then or later are passed over; hours since 1970. */
  readonly beforeHour: number;
}

/** What was looked at. */
export interface Looked {
  readonly lines: number;
  readonly objects: number;
  /** True where there is no other line. */
  readonly isAll: boolean;
}

/** Calls `visit` for some of the newest lines of these objects. Rejects with `IoError`. */
export async function eachNewestLine(
  objects: readonly LineObject[],
  limits: LookLimits,
  visit: (line: ArchivedLine) => void,
): Promise<Looked> {
  const wanted = objects.filter(({ firstHour }) => firstHour < limits.beforeHour);
  let [lines, blocks, opened, isAll] = [0, 0, 0, true];
  for (const object of newestFirst(wanted)) {
    const room = Math.min(limits.blocksOfObject, limits.blocks - blocks);
    if (room === 0 || lines >= limits.lines) return { lines, objects: opened, isAll: false };
    const segment = await object.open();
    opened += 1;
    const chosen = spread(segment.blocks, room);
    if (chosen.length < segment.blocks.length) isAll = false;
    for (const block of chosen) {
      blocks += 1;
      await eachLine(object, segment, block, (line) => {
        if (!isTakenFrom(object, line) || hourOfId(line.meta.id) >= limits.beforeHour) return;
        lines += 1;
        visit(line);
      });
    }
  }
  return { lines, objects: opened, isAll };
}

/** By their last hours; of one hour the newest of each folder, and so of each writer, before the second of any. */
export function newestFirst(objects: readonly LineObject[]): LineObject[] {
  const ofWriters = Map.groupBy(objects.toSorted(byName).toReversed(), ({ name, lastHour }) => {
    return `${lastHour} ${name.slice(0, name.lastIndexOf("/"))}`;
  });
  return [...ofWriters.values()]
    .flatMap((ofWriter) => ofWriter.map((object, rank) => ({ object, rank })))
    .toSorted((a, b) => b.object.lastHour - a.object.lastHour || a.rank - b.rank || byName(b.object, a.object))
    .map(({ object }) => object);
}

function byName(a: LineObject, b: LineObject): number {
  return a.name < b.name ? -1 : 1;
}

/** So many of them, from the first on, at equal distances. */
function spread(blocks: readonly Block[], most: number): readonly Block[] {
  if (blocks.length <= most) return blocks;
  return Array.from({ length: most }, (_, index) => blocks[Math.floor((index * blocks.length) / most)]).filter(
    (block) => block !== undefined,
  );
}
