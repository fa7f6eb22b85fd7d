import { UsageError } from "../../core/fault.ts";
import { nameHint } from "../../core/nearest-name.ts";
import type { Catalogue } from "../../derive/event-rules.ts";

/** Throws `UsageError`, with the nearest right name, for an event that the catalogue does not count. */
export function checkEventName(event: string, catalogue: Catalogue): void {
  const names = catalogue.events.map((rules) => rules.event);
  if (names.includes(event)) return;
  const hint = nameHint(event, names, `it counts ${names.join(", ")}`);
  throw new UsageError(`find event "${event}": the catalogue counts no such event (hint: ${hint})`);
}
