/**
 * Goal: ids read alone are those that reading all of the meta gives, and text that is no meta is refused.
 * Method: blocks of sample lines read in both ways; then such a block, altered.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Line } from "../../src/core/line.ts";
import { createMetaBlock, ID_WORDS, parseMetaBlock, parseMetaIds } from "../../src/segment/meta.ts";
import { sampleLine } from "./sample-line.ts";

const TIMES = [0, 5, 60, 999, 1000, 59_999].map((ms) => Date.UTC(2020, 11, 22, 9) + ms);

function metaOf(lines: readonly Line[]): Buffer {
  const block = createMetaBlock();
  for (const line of lines) block.append(line);
  return block.take();
}

/** The ids of words as hex digits. */
function idsOf(words: Int32Array): string[] {
  const hex = [...words].map((word) => (word >>> 0).toString(16).padStart(8, "0"));
  return Array.from({ length: hex.length / ID_WORDS }, (_, row) =>
    hex.slice(row * ID_WORDS, (row + 1) * ID_WORDS).join(""),
  );
}

describe("ids of a block", () => {
  it("are those of its meta, whatever else a line says; its times are kept to the millisecond", () => {
    const line = fc.record({ text: fc.string(), timeMs: fc.option(fc.constantFrom(...TIMES)), topic: fc.string() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (samples) => {
        const lines = samples.map(({ text, timeMs, topic }) => {
          const message = { topic, messageId: text, publishedAtMs: timeMs, attributes: { topic } };
          return sampleLine(text, { timeMs, message });
        });
        const text = metaOf(lines);
        const metas = parseMetaBlock(text.toString("utf8"));
        expect(idsOf(parseMetaIds(text, lines.length))).toEqual(metas.map(({ id }) => id));
        expect(metas.map(({ id, timeMs }) => [id, timeMs])).toEqual(lines.map(({ id, timeMs }) => [id, timeMs]));
      }),
      { numRuns: 100 },
    );
  });

  it("are all there where the meta is larger than usual, and in the block after it", () => {
    const block = createMetaBlock();
    const lines = Array.from({ length: 40 }, (_, n) => {
      const message = {
        topic: "t",
        messageId: `${n}`,
        publishedAtMs: null,
        attributes: { text: `${n}`.repeat(20_000) },
      };
      return sampleLine(`line ${n}`, { message });
    });
    for (let round = 0; round < 2; round += 1) {
      for (const line of lines) block.append(line);
      const metas = parseMetaBlock(block.take().toString("utf8"));
      expect(metas.map(({ id, message }) => [id, message])).toEqual(lines.map(({ id, message }) => [id, message]));
    }
  });

  it("are refused where the text is not so many meta lines", () => {
    const text = metaOf([sampleLine("a"), sampleLine("b")]);
    expect(() => parseMetaIds(text, 1)).toThrow("more lines than 1");
    expect(() => parseMetaIds(text, 3)).toThrow(SyntaxError);
    expect(() => parseMetaIds(text.subarray(0, -1), 2)).toThrow(SyntaxError);
    expect(() => parseMetaIds(text.subarray(1), 2)).toThrow("does not begin with its id");
  });
});

it("refuses meta whose last line has no end", () => {
  const text = metaOf([sampleLine("a"), sampleLine("b")]).toString();
  expect(parseMetaBlock(text)).toHaveLength(2);
  expect(() => parseMetaBlock(text.slice(0, -1))).toThrow(SyntaxError);
  expect(() => parseMetaBlock(`${text} `)).toThrow(SyntaxError);
});

it("refuses meta whose attributes are those of a row that has none", () => {
  const message = { topic: "", messageId: "1", publishedAtMs: null, attributes: {} };
  const text = metaOf([sampleLine("a"), sampleLine("b", { message })]).toString();
  const last = text.lastIndexOf("}");
  for (const row of [0, 1]) {
    const forged = `${text.slice(0, last)},"attributes":${row}${text.slice(last)}`;
    expect(() => parseMetaBlock(forged)).toThrow(/^row 1: .*attributes/);
  }
});
