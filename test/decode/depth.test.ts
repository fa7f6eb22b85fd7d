/**
 * Goal: nesting up to the limit is read, more is `too_deep`, and no depth costs time or the stack. Method: the same
 * depth from lists, from objects and from both, at each place where a record may lie.
 */
import { describe, expect, it } from "vitest";
import { decodeFile, decodeMessage } from "./decoded-line.ts";

const TIME = '"time":"2020-09-14T00:00:09.000Z"';

const NESTS: Readonly<Record<string, (levels: number) => string>> = {
  lists: (levels) => `${"[".repeat(levels)}${"]".repeat(levels)}`,
  objects: (levels) => `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`,
  both: (levels) => (levels % 2 === 0 ? `[0,${NESTS["both"]?.(levels - 1)}]` : levels === 1 ? "[1]" : odd(levels)),
};
const odd = (levels: number): string => `{"a":[],"b":${NESTS["both"]?.(levels - 1)}}`;

/** A record of so many levels, its own object being the first. */
const recordOf = (levels: number, nest = "lists"): string => `{${TIME},"n":${NESTS[nest]?.(levels - 1)}}`;
const reasonOf = (text: string) => decodeFile(text).map((line) => line.reason);

describe.each(Object.keys(NESTS))("%s", (nest) => {
  it("may nest 128 levels, the record's object being 1", () => {
    expect(reasonOf(recordOf(127, nest))).toEqual([null]);
    expect(reasonOf(recordOf(128, nest))).toEqual([null]);
    expect(reasonOf(recordOf(129, nest))).toEqual(["too_deep"]);
  });

  it("count from the payload's object in a LogEntry", () => {
    const entryOf = (levels: number) => `{"logName":"x/logs/y","insertId":"i","jsonPayload":${recordOf(levels, nest)}}`;
    expect(reasonOf(entryOf(128))).toEqual([null]);
    expect(reasonOf(entryOf(129))).toEqual(["too_deep"]);
    expect(reasonOf(entryOf(130))).toEqual(["too_deep"]);
  });

  it("count from the text's object in a LogEntry", () => {
    const entryOf = (levels: number) =>
      JSON.stringify({ logName: "x/logs/y", insertId: "i", textPayload: recordOf(levels, nest) });
    expect(reasonOf(entryOf(128))).toEqual([null]);
    expect(reasonOf(entryOf(129))).toEqual(["too_deep"]);
  });

  it("count the same in a message", () => {
    expect(decodeMessage(recordOf(128, nest))[0]?.reason).toBe(null);
    expect(decodeMessage(recordOf(129, nest))[0]?.reason).toBe("too_deep");
  });
});

describe("depth", () => {
  it("follows the setting, up to the deepest that there is", () => {
    for (const maxDepth of [1, 2, 1000]) {
      const limits = { maxDepth, maxLineBytes: 2 ** 20, maxInflatedBytes: 2 ** 20 };
      const reasons = [maxDepth, maxDepth + 1].map((levels) => {
        const text = levels === 1 ? `{${TIME}}` : recordOf(levels);
        return decodeFile(text, { limits })[0]?.reason;
      });
      expect(reasons).toEqual([null, "too_deep"]);
      const entry = `{"logName":"x/logs/y","jsonPayload":${maxDepth === 1 ? `{${TIME}}` : recordOf(maxDepth)}}`;
      expect(decodeFile(entry, { limits })[0]?.reason).toBe(null);
    }
  });

  it("counts in a value that an equal key replaces", () => {
    expect(reasonOf(`{${TIME},"a":${NESTS["lists"]?.(128)},"a":1}`)).toEqual(["too_deep"]);
  });

  it("does not count brackets in strings", () => {
    expect(reasonOf(`{${TIME},"a":"${"[{".repeat(500)}"}`)).toEqual([null]);
  });

  it.each([3_000, 1_000_000])("of %d is told at once, and the line behind it is read", (levels) => {
    const line = recordOf(levels);
    const started = process.cpuUsage();
    expect(reasonOf(`${line}\n${recordOf(1 + 1)}`)).toEqual(["too_deep", null]);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
  });

  it.each([3_000, 1_000_000])("of %d is broken JSON where its end is missing or wrong", (levels) => {
    const line = recordOf(levels);
    expect(reasonOf(line.slice(0, -1))).toEqual(["not_json"]);
    expect(reasonOf(line.slice(0, -levels))).toEqual(["not_json"]);
    expect(reasonOf(`${line}]`)).toEqual(["not_json"]);
    expect(reasonOf("[".repeat(levels))).toEqual(["not_json"]);
    expect(reasonOf('{"a":'.repeat(levels / 2))).toEqual(["not_json"]);
  });

  it("of a list as a whole is no object first of all", () => {
    expect(reasonOf(NESTS["lists"]?.(100_000) ?? "")).toEqual(["not_object"]);
  });
});
