import { metaJson } from "../../../archive/meta-json.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";

/** A line as it is printed: its bytes and an LF, or as JSON what it itself does not say. */
export function lineOutput(line: ArchivedLine, isMeta: boolean): Buffer {
  return isMeta ? metaLine(line) : Buffer.from(line.buffer.subarray(line.start, line.end + 1));
}

/** The line's meta and its place, as one line of JSON. */
function metaLine({ object, row, meta }: ArchivedLine): Buffer {
  return Buffer.from(`${JSON.stringify({ ...metaJson(meta), object, row })}\n`);
}
