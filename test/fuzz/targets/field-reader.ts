import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { createFieldReader } from "../../../src/decode/field-reader.ts";
import { expectField, expectParamsCut, expectRecord, readField } from "../../decode/field-oracle.ts";
import { WANTED_NAMES } from "../../decode/json-text.ts";
import { fixtureLines } from "../fixture-lines.ts";
import type { FuzzTarget } from "../target.ts";

const readers = (["wasm", "script"] as const).map((scanner) => createFieldReader(WANTED_NAMES, false, scanner));
const DEEPEST = 1000;
const DEPTHS = [1, 2, 5, DEEPEST];
/** What a larger buffer holds behind a line. */
const BEHIND = Buffer.from('0 }]"e1,');

export const fieldReader: FuzzTarget = {
  name: "field-reader",
  holds: "fields of a JSON object, against JSON.parse; whatever lies around it in the buffer",
  covers: ["field-reader", "json-scan", "wasm-scanner", "params", "key-table"].map((name) => `src/decode/${name}.ts`),
  seeds: () => [
    ...fixtureLines(/samples/, 2),
    ...['{"params":[{"key":"action","value":1},"..."]}', '{"meta":{"user":"x"},"meta.user":"","meta_user":1}'].map(
      (text) => Buffer.from(text),
    ),
  ],
  words: [
    WANTED_NAMES.map((name) => JSON.stringify(name)),
    ['"meta_user":', '"meta":{', '"params":[', '{"key":"action","value":', '"..."', '"truncated"', "null", "true"],
    ["\\u0061", "\\ud800", "\\u0000", "\\/", "1e5", "-0", "[[[[", "]]]]", '{"a":', "}}"],
  ].flat(),
  check(input) {
    if (!isUtf8(input)) return;
    const text = input.toString("utf8");
    const buffer = Buffer.concat([Buffer.from('"'), input, BEHIND]);
    for (const maxDepth of DEPTHS) {
      const expected = expectRecord(text, maxDepth);
      for (const reader of readers) {
        assert.equal(reader.read(buffer, 1, 1 + input.length, maxDepth), expected.reason);
        if (expected.reason !== null || maxDepth < DEEPEST) continue;
        for (const name of WANTED_NAMES) {
          assert.deepEqual(readField(reader, reader.slotOf(name)), expectField(expected.record, name), name);
        }
        assert.equal(reader.paramsCut(), expectParamsCut(expected.record));
      }
    }
  },
};
