import { MIB } from "../core/units.ts";
import type { ReadRange } from "../segment/segment-reader.ts";

const MOST_BYTES = 4 * MIB;

/**
 * Reads what follows as well, once it is read in order: twice as much each time, up to 4 MiB, which it holds. A bucket
 * answers late, and cold storage charges for each request as much as for half a mebibyte.
 */
export function readAhead(read: ReadRange): ReadRange {
  let heldStart = 0;
  let held: Buffer = Buffer.alloc(0);
  return async (start, end) => {
    const heldEnd = heldStart + held.length;
    if (start < heldStart || end > heldEnd || held.length === 0) {
      const isNext = start > heldStart && start <= heldEnd;
      const aheadBytes = isNext ? Math.min(2 * held.length, MOST_BYTES) : 0;
      held = await read(start, Math.max(end, start + aheadBytes));
      heldStart = start;
    }
    return held.subarray(start - heldStart, end - heldStart);
  };
}
