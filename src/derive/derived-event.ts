import type { Operation } from "./rule-language.ts";

/** An event that a line counts. */
export interface DerivedEvent {
  readonly event: string;
  readonly operation: Operation;
  /** `(none)` where the event has no detail, or a field that it is made of is missing. */
  readonly detail: string;
}

/** Of a line without events; one for all of them. */
export const NO_EVENTS: readonly DerivedEvent[] = Object.freeze([]);

/** The detail of an event that has none. */
export const NO_DETAIL = "(none)";
