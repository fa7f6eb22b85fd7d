import { readFileSync } from "node:fs";
import { parseCatalogue } from "../../src/derive/catalogue.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import type { DerivedEvent } from "../../src/derive/derived-event.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { fakeReader } from "./fake-fields.ts";

export type Fieldset = Readonly<Record<string, unknown>>;

export const STANDARD_TEXT = readFileSync(new URL("../../src/derive/standard-catalogue.yaml", import.meta.url), "utf8");
const STANDARD_FILE = { text: STANDARD_TEXT, file: "standard-catalogue.yaml" };
export const STANDARD = parseCatalogue(STANDARD_FILE, null);

/** A team's catalogue, which may extend the standard one; its messages call it `team.yaml`. */
export function teamCatalogue(text: string): Catalogue {
  return parseCatalogue({ text, file: "team.yaml" }, STANDARD_FILE);
}

/** The events of one line by the text of a catalogue. */
export function eventsBy(text: string, log: string, record: string | Fieldset): readonly DerivedEvent[] {
  const catalogue = teamCatalogue(text);
  const reader = fakeReader(catalogueFields(catalogue));
  return createDeriver(catalogue, reader.slotOf)(log, reader.read(record));
}

const reader = fakeReader(catalogueFields(STANDARD));
const derive = createDeriver(STANDARD, reader.slotOf);

/** The events of one line by the standard catalogue. */
export function eventsOf(log: string, record: string | Fieldset): readonly DerivedEvent[] {
  return derive(log, reader.read(record));
}

/** The same, each as `event operation detail`. */
export function eventLines(log: string, record: string | Fieldset): readonly string[] {
  return eventsOf(log, record).map(({ event, operation, detail }) => `${event} ${operation} ${detail}`);
}
