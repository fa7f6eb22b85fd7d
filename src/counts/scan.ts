import { eachLine, listWal, openWalObject } from "../archive/wal-reader.ts";
import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOf } from "../core/hour.ts";
import { hourOfId, leafHash } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { DerivedEvent } from "../derive/derived-event.ts";
import type { Derive } from "../derive/deriver.ts";
import type { Dimensions, ReadDimensions } from "../derive/dimensions.ts";
import type { Pseudonyms } from "../derive/pseudonym.ts";
import type { Fact } from "./fact.ts";

/** What turns an archived line into facts, all of it pure. */
export interface FactReader {
  readonly decoder: Decoder;
  readonly derive: Derive;
  readonly dimensionsOf: ReadDimensions;
  readonly pseudonyms: Pseudonyms;
}

/**
 * Derives the facts of every line of the archive again, from its raw bytes. `onBytes` is told the stored bytes as
 * they are done with. Rejects with `IoError` where an object cannot be read or trusted.
 */
export async function scanArchive(
  store: ObjectStore,
  reader: FactReader,
  append: (fact: Fact) => void,
  onBytes: (bytes: number) => void,
): Promise<void> {
  for await (const object of listWal(store, null)) {
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      await eachLine(object, segment, block, (line) => {
        for (const fact of factsOf(line, reader)) append(fact);
      });
      onBytes(block.lines.storedBytes + block.meta.storedBytes);
    }
  }
}

const NOTHING: Dimensions = {
  instance: null,
  plan: null,
  group: null,
  project: null,
  category: null,
  user: null,
  visitor: null,
};

/** A fact for each event of the line, or one without event. */
function factsOf(line: ArchivedLine, { decoder, derive, dimensionsOf, pseudonyms }: FactReader): Fact[] {
  const { buffer, start, end, meta } = line;
  const variant = leafHash(buffer, start, end);
  const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
  const events = record?.fields ? derive(record.log, record.fields) : [];
  const place = placeInTime(meta.id, meta.timeMs);
  const fact = (event: DerivedEvent | null, { instance, plan, group, project, category, user }: Dimensions): Fact => ({
    id: meta.id,
    variant,
    ...place,
    event: event?.event ?? null,
    operation: event?.operation ?? "none",
    detail: event?.detail ?? "",
    instance,
    plan,
    group,
    project,
    category,
    user: user === null ? null : pseudonyms.user(user),
  });
  if (events.length === 0 || !record?.fields) return [fact(null, NOTHING)];
  const dimensions = dimensionsOf(record.log, record.fields);
  return events.map((event) => fact(event, dimensions));
}

/** A line counts at its own time, but in the hour where it is filed: one that runs ahead counts at that hour's start. */
function placeInTime(id: string, timeMs: number | null): Pick<Fact, "hour" | "timeMs" | "ahead"> {
  const hour = hourOfId(id);
  if (timeMs === null) return { hour, timeMs: 0, ahead: false };
  return hourOf(timeMs) === hour ? { hour, timeMs, ahead: false } : { hour, timeMs: hour * HOUR_MS, ahead: true };
}
