import type { ArchivedLine } from "../../../core/archived-line.ts";
import { epochHasFraction } from "../../../decode/time.ts";
import { createArchiveDecoder } from "../../open/lines/archive-decoder.ts";

/** Where a line has its time, in the order in which they are looked at. */
const TIME_FIELDS = ["time", "timestamp", "@timestamp"];

/** Says whether a line gives its time in whole seconds, as Workhorse does: `2020-12-22T17:00:05Z`, and not `…05.000Z`. */
export function createSecondsReader(): (line: Pick<ArchivedLine, "buffer" | "start" | "end" | "meta">) => boolean {
  const decoder = createArchiveDecoder(TIME_FIELDS);
  const slots = TIME_FIELDS.map(decoder.slotOf);
  return ({ buffer, start, end, meta }) => {
    const fields = decoder.reopen(buffer, start, end, meta.lane, meta.message)?.fields ?? null;
    if (fields === null) return false;
    const text = slots.map((slot) => fields.string(slot) ?? fields.text(slot)).find((each) => each !== null) ?? null;
    if (text === null) return false;
    // A date and time has a point before its fraction as well.
    return !epochHasFraction(text);
  };
}
