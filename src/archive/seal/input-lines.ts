import { createHash } from "node:crypto";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { IoError } from "../../core/fault.ts";
import { fileUnder } from "../../core/filing.ts";
import { hourText } from "../../core/hour.ts";
import { hourOfId, isIdOf, leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { GIB } from "../../core/units.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";
import type { PlanInput } from "../manifest.ts";
import { checkHours } from "../tail.ts";
import { eachLine, openWalBytes } from "../wal-reader.ts";

/** A write-ahead object, and which of its lines are meant. */
export interface LineInput {
  readonly name: string;
  readonly sizeBytes: number;
  readonly takes: (hour: number) => boolean;
}

/** Of a batch of a gibibyte that does not shrink, and a message more. */
const MOST_BYTES = 2 * GIB;

/** An input in memory: it was written as a whole, from memory. */
export interface OpenInput {
  readonly input: LineInput;
  readonly segment: SegmentReader;
  readonly sha256: string;
}

/** Rejects with `IoError`, `not_found` where it was removed, `corrupt` where it is not as long as it was. */
export async function openInput(store: ObjectStore, input: LineInput): Promise<OpenInput> {
  const { name, sizeBytes } = input;
  if (sizeBytes > MOST_BYTES) throw new IoError("corrupt", `read "${name}": ${sizeBytes} bytes are more than any has`);
  const bytes = await store.read(name, 0, sizeBytes + 1);
  if (bytes.length !== sizeBytes) {
    throw new IoError("corrupt", `read "${name}": ${bytes.length} bytes instead of ${sizeBytes}`);
  }
  const segment = await openWalBytes({ name, bytes });
  return { input, segment, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Calls `visit` for each wanted line, in order. Rejects with `IoError`. */
export async function eachInputLine(
  { input, segment }: OpenInput,
  visit: (line: ArchivedLine) => void,
): Promise<PlanInput["hours"]> {
  const hours = new Set<number>();
  for (const block of segment.blocks) {
    const ids = await segment.readIds(block);
    let isWanted = false;
    for (let at = 0; at < ids.length; at += ID_WORDS) {
      const hour = (ids[at] ?? 0) >>> 0;
      if (!hours.has(hour)) hours.add(hour);
      isWanted ||= input.takes(hour);
    }
    if (!isWanted) continue;
    await eachLine(input, segment, block, (line) => {
      if (!input.takes(hourOfId(line.meta.id))) return;
      checkFiling(line);
      visit(line);
    });
  }
  checkHours(input.name, hours);
  return hours.size < 2 ? undefined : [...hours].toSorted((a, b) => a - b).map(hourText);
}

/** Throws `IoError` `corrupt` for a line in another hour than that of its time, or in a lane that does not fit it. */
function checkFiling(line: ArchivedLine): void {
  const { object, row, meta } = line;
  const { id, lane, timeMs, message } = meta;
  const { hour, isFuture } = fileUnder(timeMs, message?.publishedAtMs ?? null);
  const isRecord = lane === "line" || lane === "future";
  const fits = isRecord ? isFuture === (lane === "future") : !isIdOf(id, leafHash(line.buffer, line.start, line.end));
  if (hour === hourOfId(id) && fits) return;
  throw new IoError(
    "corrupt",
    `read "${object}": row ${row} is filed under ${hourText(hourOfId(id))} in lane ${lane}, and not where it belongs ` +
      "(hint: no writer files it there; find out who did, and move the object away)",
  );
}

/** Calls `visit` with the words of the id of each wanted line, from `at` on. Rejects with `IoError`. */
export async function eachInputId(
  { input, segment }: OpenInput,
  visit: (ids: Int32Array, at: number) => void,
): Promise<void> {
  for (const block of segment.blocks) {
    const ids = await segment.readIds(block);
    for (let at = 0; at < ids.length; at += ID_WORDS) if (input.takes((ids[at] ?? 0) >>> 0)) visit(ids, at);
  }
}
