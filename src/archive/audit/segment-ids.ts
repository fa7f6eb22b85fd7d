import { ID_WORDS } from "../../segment/meta.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";

/** Visits the id of each line of a segment, with its row and its filing hour. Rejects with `IoError`. */
export async function eachSegmentId(
  segment: SegmentReader,
  visit: (id: string, row: number, hour: number) => void,
): Promise<void> {
  for (const block of segment.blocks) {
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) {
      visit(idText(words, at), block.lines.firstRow + at / ID_WORDS, (words[at] ?? 0) >>> 0);
    }
  }
}

/** 32 hex digits of the words from `at` on. */
export function idText(words: Int32Array, at: number): string {
  return Array.from(words.subarray(at, at + ID_WORDS), (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
