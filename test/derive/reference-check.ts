import assert from "node:assert/strict";
import type { QuarantineReason } from "../../src/core/fault.ts";
import { createDecoder } from "../../src/decode/decoder.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import { fileOf } from "../decode/decoded-line.ts";
import { referenceEvents } from "./reference-derivation.ts";
import { referenceDimensions } from "./reference-dimensions.ts";
import { parseRecord } from "./reference-fields.ts";
import { referenceLine } from "./reference-log.ts";
import { STANDARD } from "./standard-events.ts";

const INSTANCES = [null, "main"];

const decoder = createDecoder({
  names: [...catalogueFields(STANDARD), ...DIMENSION_FIELDS],
  limits: { maxDepth: 128, maxLineBytes: 4 * 2 ** 20, maxInflatedBytes: 32 * 2 ** 20 },
  identityFields: {},
  topic: "",
});
const derive = createDeriver(STANDARD, decoder.slotOf);
const dimensionsBy = INSTANCES.map((instance) => createDimensions(decoder.slotOf, { instance }));

/** What the code reads in each line that is a record, and why the others are none. */
export function readByCode(bytes: Buffer) {
  const records: { readonly text: string; readonly reading: ReturnType<typeof readByReference> }[] = [];
  const quarantined: (QuarantineReason | null)[] = [];
  decoder.decode(fileOf(bytes), ({ buffer, start, end, log, reason }, fields) => {
    if (fields === null || reason !== null) {
      quarantined.push(reason);
      return;
    }
    const events = derive(log, fields).map(({ event, operation, detail }) => ({ event, operation, detail }));
    const dimensions = dimensionsBy.map((read) => read(log, fields));
    records.push({ text: buffer.toString("utf8", start, end), reading: { log, events, dimensions } });
  });
  return { records, quarantined };
}

function readByReference(text: string) {
  const line = parseRecord(text);
  if (line === null) throw new TypeError("a record must be an object");
  const { log, record } = referenceLine(line);
  const dimensions = INSTANCES.map((instance) => referenceDimensions(log, record, instance));
  return { log, events: referenceEvents(log, record), dimensions };
}

/** Fails with the line at hand; gives the names of its events. */
export function compareRecord({ text, reading }: ReturnType<typeof readByCode>["records"][number]): readonly string[] {
  const expected = readByReference(text);
  assert.deepStrictEqual({ text, ...reading }, { text, ...expected });
  return expected.events.map(({ event }) => event);
}
