import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { createFieldReader } from "../../src/decode/field-reader.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { DIMENSION_FIELDS } from "../../src/derive/dimensions.ts";
import type { FormName } from "../../src/generate/form.ts";
import { expectField, expectParamsCut, expectRecord, readField } from "../decode/field-oracle.ts";
import { compareRecord, readByCode } from "../derive/reference-check.ts";
import { STANDARD } from "../derive/standard-events.ts";
import { diceOf } from "../fuzz/dice.ts";
import { createMutator } from "../fuzz/mutate.ts";
import { fieldReader } from "../fuzz/targets/field-reader.ts";
import { simulated } from "../generate/simulated.ts";

const NAMES = [...new Set([...catalogueFields(STANDARD), ...DIMENSION_FIELDS])];
const FORMS: readonly FormName[] = ["bare", "fluentd", "logentry"];
const MAX_DEPTH = 128;

/** How many lines were held against what. */
export interface Compared {
  /** Fields by both scanners, against `JSON.parse`: simulated lines, and as many that were changed. */
  readonly fields: number;
  /** Events and dimensions against the reference derivation: of those that are records, but for changed envelopes. */
  readonly events: number;
}

const readers = (["wasm", "script"] as const).map((scanner) => createFieldReader(NAMES, false, scanner));
const mutated = createMutator(fieldReader);

/**
 * Holds simulated lines, and each once more with some bytes, members or words of it changed, against slow and plain
 * readings of the same. The seed repeats all of it. Throws an `AssertionError` at the first difference.
 */
export function compareLines(lines: number, seed: number): Compared {
  const dice = diceOf(seed);
  const form = FORMS[seed % FORMS.length] ?? "bare";
  const { rows } = simulated({ form, lines, seed });
  let events = 0;
  for (const row of rows) {
    const changed = mutated([row, dice.pick(rows)], dice);
    compareFields(row);
    compareFields(changed);
    events += compareEvents(row);
    // The reference knows whole envelopes only.
    if (form !== "logentry") events += compareEvents(changed);
  }
  return { fields: 2 * rows.length, events };
}

function compareFields(line: Buffer): void {
  if (!isUtf8(line)) return;
  const text = line.toString("utf8");
  const expected = expectRecord(text, MAX_DEPTH);
  for (const reader of readers) {
    assert.equal(reader.read(line, 0, line.length, MAX_DEPTH), expected.reason, text);
    if (expected.reason !== null) continue;
    for (const name of NAMES) {
      assert.deepEqual(
        readField(reader, reader.slotOf(name)),
        expectField(expected.record, name),
        `${name} of ${text}`,
      );
    }
    assert.equal(reader.paramsCut(), expectParamsCut(expected.record), text);
  }
}

/** A changed line may have become several, or none. */
function compareEvents(line: Buffer): number {
  const { records } = readByCode(line);
  for (const record of records) compareRecord(record);
  return records.length;
}
