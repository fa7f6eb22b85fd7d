import type { Fields, SlotOf } from "../core/fields.ts";
import { bindCatalogue, deriveEvents } from "./bound-rules.ts";
import { type DerivedEvent, NO_EVENTS } from "./derived-event.ts";
import type { Catalogue } from "./event-rules.ts";
import { createLineFields } from "./line-fields.ts";

/**
 * The events of one line, in the order of the catalogue, each at most once; `log` is the canonical name of the
 * line's log. Called for every line: without events it returns one shared, frozen, empty list.
 */
export type Derive = (log: string, fields: Fields) => readonly DerivedEvent[];

/** Binds the catalogue to a reader's slots. The function that is returned holds the state of one line: do not share it. */
export function createDeriver(catalogue: Catalogue, slotOf: SlotOf): Derive {
  const line = createLineFields(slotOf);
  const byLog = bindCatalogue(catalogue, line);
  return (log, fields) => {
    const rules = byLog.get(log);
    if (rules === undefined) return NO_EVENTS;
    line.begin(fields);
    return deriveEvents(rules, line);
  };
}
