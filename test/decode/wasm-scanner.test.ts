/**
 * Goal: the scanner in WebAssembly says what its twin says, of every text, and hands over what it has no room for.
 * Method: two readers, one with each, over the same generated, broken and changed texts; every place and every member.
 */
import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFieldReader, type FieldReader } from "../../src/decode/field-reader.ts";
import { createWasmScanner } from "../../src/decode/wasm-scanner.ts";
import { brokenText, jsonText, WANTED_NAMES } from "./json-text.ts";

const NUM_RUNS = 1000;
const MAX_DEPTH = 4;
/** Keys of each length about those at which they are compared otherwise, some of them alike but for one byte. */
const KEYS = [
  "",
  "a",
  "sevenby",
  "eightbyt",
  "ninebytes",
  "sixteen-bytes-ok",
  "seventeen-bytes-x",
  "seventeen-bytfs-x",
];
const LONG_KEYS = ["k".repeat(40), `${"k".repeat(20)}x${"k".repeat(19)}`, "é".repeat(64), "z".repeat(128)];
const NAMES = [...WANTED_NAMES, ...KEYS, ...LONG_KEYS];

const wasm = createFieldReader(NAMES, true, "wasm");
const script = createFieldReader(NAMES, true, "script");

/** What a reader says of the text, which stands in a buffer between others. */
function saidBy(reader: FieldReader, text: Buffer): unknown {
  const buffer = Buffer.concat([Buffer.from('{"time":"'), text, Buffer.from('"}, 0]}')]);
  const reason = reader.read(buffer, 9, 9 + text.length, MAX_DEPTH);
  if (reason !== null) return { reason, fields: NAMES.filter((name) => reader.has(reader.slotOf(name))) };
  const { members } = reader;
  const columns = members && [members.slots, members.keyStarts, members.keyEnds, members.starts, members.ends];
  return {
    spans: NAMES.map((name) => [name, reader.span(reader.slotOf(name)), reader.string(reader.slotOf(name))]),
    members: columns?.map((column) => [...column.subarray(0, members?.count)]),
  };
}

function expectSame(text: Buffer): void {
  expect(saidBy(wasm, text)).toEqual(saidBy(script, text));
}

describe("the scanner in WebAssembly, beside its twin", () => {
  it("reads what is valid and refuses what is broken", () => {
    fc.assert(
      fc.property(fc.oneof(jsonText, brokenText), (text) => expectSame(Buffer.from(text))),
      { numRuns: NUM_RUNS },
    );
  });

  it("reads the same with any byte changed", () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), fc.nat({ max: 255 }), (text, place, byte) => {
        const bytes = Buffer.from(text);
        bytes[place % bytes.length] = byte;
        fc.pre(isUtf8(bytes));
        expectSame(bytes);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("finds every key, and none that is alike", () => {
    for (const key of [...KEYS, ...LONG_KEYS]) {
      expectSame(Buffer.from(`{${JSON.stringify(key)}:1}`));
      expect(wasm.text(wasm.slotOf(key))).toBe("1");
      for (let at = 0; at <= key.length; at += 1) {
        for (const alike of [
          key.slice(0, at),
          `${key.slice(0, at)}#${key.slice(at + 1)}`,
          `${key}${key.slice(0, at)}`,
        ]) {
          expectSame(Buffer.from(`{${JSON.stringify(alike)}:2}`));
        }
      }
    }
  });

  it("passes over strings of each length, whatever ends them", () => {
    for (let length = 0; length < 70; length += 1) {
      for (const end of ['"', '\\"', "\\n", "\n", "", "\\u00e9", "\\u00g9", "é"]) {
        expectSame(Buffer.from(`{"time":"${"x".repeat(length)}${end}","status":${length}}`));
      }
    }
  });

  it("hands over what it has no room for: long texts, many members, keys with escapes", () => {
    const members = Array.from({ length: 3000 }, (_none, number) => `"k${number}":${number}`).join(",");
    for (const text of [
      `{"time":"${"x".repeat(300_000)}","status":7}`,
      `{${members},"status":7}`,
      '{"\\u0073tatus":7}',
      `{"a":1,"\\u0073tatus":7,"\\u0073tatus":8`,
    ]) {
      expectSame(Buffer.from(text));
    }
    expectSame(Buffer.from('{"status":7}'));
    expect(wasm.integer(wasm.slotOf("status"))).toBe("7");
  });

  it("leaves a reader of thousands of nested names to its twin", () => {
    const names = Array.from({ length: 1500 }, (_none, number) => `params.p${number}`);
    const params = names.map((_name, number) => `{"key":"p${number}","value":${number}}`);
    const made = createFieldReader(["time", ...names]);
    const text = Buffer.from(`{"params":[${params.join(",")}],"time":7}`);
    expect(made.read(text, 0, text.length, MAX_DEPTH)).toBe(null);
    expect(names.map((name) => made.integer(made.slotOf(name)))).toEqual(names.map((_name, number) => String(number)));
    expect(made.integer(made.slotOf("time"))).toBe("7");
  });

  it("is not there for keys that do not fit", () => {
    const scanner = (keys: readonly string[]) =>
      createWasmScanner(new Map(keys.map((key, slot) => [key, slot])), keys.length, false);
    expect(scanner(["k".repeat(128)])).not.toBe(null);
    expect(scanner(["k".repeat(129)])).toBe(null);
    expect(scanner(["k".repeat(300_000)])).toBe(null);
    expect(scanner(Array.from({ length: 1024 }, (_none, number) => `k${number}`))).not.toBe(null);
    expect(scanner(Array.from({ length: 1025 }, (_none, number) => `k${number}`))).toBe(null);
    // Members of nested objects have slots too, which keys of theirs never show.
    expect(createWasmScanner(new Map([["k", 0]]), 1024, false)).not.toBe(null);
    expect(createWasmScanner(new Map([["k", 0]]), 1025, false)).toBe(null);
  });
});
