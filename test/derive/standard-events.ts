import { readFileSync } from "node:fs";
import { parseCatalogue } from "../../src/derive/catalogue.ts";
import { createDeriver, type DerivedEvent, fieldNames } from "../../src/derive/deriver.ts";
import { fakeReader } from "./fake-fields.ts";

export type Fieldset = Readonly<Record<string, unknown>>;

export const STANDARD_TEXT = readFileSync(new URL("../../src/derive/standard-catalogue.yaml", import.meta.url), "utf8");
export const STANDARD = parseCatalogue(STANDARD_TEXT, "standard-catalogue.yaml");

/** The events of one line by the text of a catalogue. */
export function eventsBy(text: string, log: string, record: string | Fieldset): readonly DerivedEvent[] {
  const catalogue = parseCatalogue(text, "test.yaml");
  const reader = fakeReader(fieldNames(catalogue));
  return createDeriver(catalogue, reader.slotOf)(log, reader.read(record));
}

const reader = fakeReader(fieldNames(STANDARD));
const derive = createDeriver(STANDARD, reader.slotOf);

/** The events of one line by the standard catalogue. */
export function eventsOf(log: string, record: string | Fieldset): readonly DerivedEvent[] {
  return derive(log, reader.read(record));
}

/** The same, each as `event operation detail`. */
export function eventLines(log: string, record: string | Fieldset): readonly string[] {
  return eventsOf(log, record).map(({ event, operation, detail }) => `${event} ${operation} ${detail}`);
}
