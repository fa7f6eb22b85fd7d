import type { ArchivedLine } from "../core/archived-line.ts";
import { leafHash } from "../core/identity.ts";
import { ID_WORDS } from "../segment/meta.ts";
import type { Block, SegmentReader } from "../segment/segment-reader.ts";
import { hexWord } from "./id-set.ts";
import { isTakenFrom, type LineObject } from "./line-object.ts";
import type { Conflict } from "./manifest.ts";
import { eachLine } from "./wal-reader.ts";

/** A line that was looked for by its id, with bytes of its own. */
export interface LocatedLine {
  readonly line: ArchivedLine;
  /** Leaf hash, 64 hex digits. */
  readonly hash: string;
}

type Place = Pick<LineObject, "name" | "onlyHours">;

/**
 * The lines of an object with that id, in order. `blocks`: only these of its blocks are looked at; null: all, of which
 * those without the id give only their ids. Rejects with `IoError`.
 */
export async function linesWithId(
  place: Place,
  segment: SegmentReader,
  id: string,
  blocks: ReadonlySet<number> | null,
): Promise<LocatedLine[]> {
  const found: LocatedLine[] = [];
  for (const [index, block] of segment.blocks.entries()) {
    const isWanted = blocks === null ? (await rowsWithId(segment, block, id)).length > 0 : blocks.has(index);
    if (!isWanted) continue;
    await eachLine(place, segment, block, (line) => {
      if (line.meta.id === id && isTakenFrom(place, line)) found.push(located(line));
    });
  }
  return found;
}

/** Which lines of a block have the id, from 0; only its meta is read. Rejects with `IoError`. */
export async function rowsWithId(segment: SegmentReader, block: Block, id: string): Promise<number[]> {
  const wanted = Array.from({ length: ID_WORDS }, (_, word) => hexWord(id, word));
  const words = await segment.readIds(block);
  const rows: number[] = [];
  for (let at = 0; at < words.length; at += ID_WORDS) {
    if (wanted.every((word, index) => words[at + index] === word)) rows.push(at / ID_WORDS);
  }
  return rows;
}

/** False where a manifest knows of a variant of the id that was not found. */
export function holdsVariants(found: readonly LocatedLine[], conflicts: readonly Conflict[]): boolean {
  return conflicts.every(
    ({ standing, log, variants }) =>
      found.length >= variants && found.some(({ hash, line }) => hash === standing && line.meta.log === log),
  );
}

function located(line: ArchivedLine): LocatedLine {
  const { buffer, start, end } = line;
  const hash = leafHash(buffer, start, end);
  const own = Buffer.from(buffer.subarray(start, end + 1));
  return { line: { ...line, buffer: own, start: 0, end: end - start }, hash };
}
