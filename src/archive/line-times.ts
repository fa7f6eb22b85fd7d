import { UNDATED_HOUR } from "../core/hour.ts";
import { hourOfId } from "../core/identity.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Block, SegmentReader } from "../segment/segment-reader.ts";
import { type LineSpan, overlaps, type SearchPlace } from "./find.ts";
import type { LineObject } from "./line-object.ts";

/** Equal parts of a span of time, and how many lines are in each. */
export interface Buckets {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly counts: number[];
}

interface CountOptions extends LineSpan {
  readonly signal: AbortSignal;
  /** May wait, for others' turn. */
  readonly endOfBlock: () => Promise<void>;
}

/** Notes lines of a time that the buckets have. */
export function addTo({ fromMs, stepMs, counts }: Buckets, timeMs: number, lines: number): void {
  const at = Math.floor((timeMs - fromMs) / stepMs);
  const count = counts[at];
  if (count !== undefined) counts[at] = count + lines;
}

/**
 * Counts the lines of a span by time, and reads as little as that needs: what lies in one bucket is counted by manifests and
 * block tables, of other blocks the times are read. A line that came twice and is not sealed counts twice. Rejects with
 * `IoError`.
 */
export async function countTimes(
  places: readonly SearchPlace[],
  buckets: Buckets,
  { signal, endOfBlock, ...span }: CountOptions,
): Promise<void> {
  for (const { object } of places) {
    if (signal.aborted) return;
    const [firstMs, lastMs] = [object.firstHour * HOUR_MS, (object.lastHour + 1) * HOUR_MS - 1];
    if (object.rows !== null && !object.mayRunAhead && isOfOne(buckets, span, firstMs, lastMs)) {
      addTo(buckets, firstMs, object.rows);
      continue;
    }
    const segment = await object.open();
    for (const block of segment.blocks) {
      if (signal.aborted) return;
      if (!overlaps(block, span)) continue;
      const { firstTimeMs, lastTimeMs, rows } = block.lines;
      if (hasTimesOnly(object) && isOfOne(buckets, span, firstTimeMs, lastTimeMs)) addTo(buckets, firstTimeMs, rows);
      else await countBlock(object, segment, block, buckets, span);
      await endOfBlock();
    }
  }
}

/** False where some of its lines may have no time, or are not to be taken from here. */
function hasTimesOnly({ firstHour, onlyHours }: LineObject): boolean {
  return firstHour !== UNDATED_HOUR && onlyHours === null;
}

function isOfOne({ fromMs, stepMs }: Buckets, span: LineSpan, firstMs: number, lastMs: number): boolean {
  const bucketOf = (timeMs: number): number => Math.floor((timeMs - fromMs) / stepMs);
  return isIn(span, firstMs) && isIn(span, lastMs) && bucketOf(firstMs) === bucketOf(lastMs);
}

function isIn({ sinceMs, untilMs }: LineSpan, timeMs: number): boolean {
  return (sinceMs === null || timeMs >= sinceMs) && (untilMs === null || timeMs < untilMs);
}

async function countBlock(
  { onlyHours }: LineObject,
  segment: SegmentReader,
  block: Block,
  buckets: Buckets,
  span: LineSpan,
): Promise<void> {
  for (const { id, timeMs } of await segment.readMeta(block)) {
    if (timeMs === null || !isIn(span, timeMs) || onlyHours?.has(hourOfId(id)) === false) continue;
    addTo(buckets, timeMs, 1);
  }
}
