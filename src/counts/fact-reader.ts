import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOf } from "../core/hour.ts";
import { hourOfId } from "../core/identity.ts";
import { HOUR_MS } from "../core/units.ts";
import type { Decoder } from "../decode/decoder.ts";
import { type DerivedEvent, NO_EVENTS } from "../derive/derived-event.ts";
import type { Derive } from "../derive/deriver.ts";
import type { ReadDimensions } from "../derive/dimensions.ts";
import type { Pseudonyms } from "../derive/pseudonym.ts";
import type { Fact } from "./fact.ts";

/** What turns an archived line into facts, all of it pure. */
export interface FactParts {
  readonly decoder: Decoder;
  readonly derive: Derive;
  readonly dimensionsOf: ReadDimensions;
  readonly pseudonyms: Pick<Pseudonyms, "user" | "visitor">;
}

/** Reads the facts of archived lines. */
export interface FactReader {
  eventsOf(line: ArchivedLine): readonly DerivedEvent[];
  /** `variant` is the hash of the line's bytes, in hex. A line that was just asked for its events is not read again. */
  factsOf(line: ArchivedLine, variant: string): readonly Fact[];
  /** Its `correlation_id`; null without one. It is not read again likewise. */
  readonly requestOf: (line: ArchivedLine) => string | null;
}

const NO_FACTS: readonly Fact[] = Object.freeze([]);

export function createFactReader({ decoder, derive, dimensionsOf, pseudonyms }: FactParts): FactReader {
  let read: ArchivedLine | null = null;
  let record: ReturnType<Decoder["reopen"]> = null;
  let events = NO_EVENTS;
  const requestSlot = decoder.slotOf("correlation_id");

  function eventsOf(line: ArchivedLine): readonly DerivedEvent[] {
    if (line === read) return events;
    const { buffer, start, end, meta } = line;
    record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    events = record?.fields ? derive(record.log, record.fields) : NO_EVENTS;
    read = line;
    return events;
  }

  return {
    eventsOf,
    requestOf(line) {
      eventsOf(line);
      return record?.fields?.string(requestSlot) ?? null;
    },
    factsOf(line, variant) {
      const found = eventsOf(line);
      if (found.length === 0 || !record?.fields) return NO_FACTS;
      const { id, log, timeMs } = line.meta;
      const { user, visitor, ...dimensions } = dimensionsOf(record.log, record.fields);
      const shared = {
        id,
        variant,
        log,
        timeMs: countedTime(id, timeMs).timeMs,
        ...dimensions,
        user: user === null ? null : pseudonyms.user(user),
        visitor: visitor === null ? null : pseudonyms.visitor(visitor),
      };
      return found.map(({ event, operation, detail }) => ({ ...shared, event, operation, detail }));
    },
  };
}

/**
 * A line counts at its own time, but in the hour where it is filed: one that runs ahead counts at that hour's start.
 * One without any time counts at 0, which lies in no period.
 */
export function countedTime(id: string, timeMs: number | null): { readonly timeMs: number; readonly isAhead: boolean } {
  const hour = hourOfId(id);
  if (timeMs === null) return { timeMs: 0, isAhead: false };
  return hourOf(timeMs) === hour ? { timeMs, isAhead: false } : { timeMs: hour * HOUR_MS, isAhead: true };
}
