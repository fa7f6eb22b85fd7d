/**
 * Goal: a diff tells how to get from one text to the other, briefly, and never takes the square of a long text.
 * Method: hunks of any two texts, applied as `patch` applies them, in both directions; small texts by eye; long ones.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../src/cases/line-diff.ts";
import { unifiedDiff } from "../../src/cases/unified-diff.ts";

const untitled = (): string => "";
const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const diffOf = (before: string, after: string): string[] => unifiedDiff(words(before), words(after), untitled);

/** Few different lines, so that many are equal, and some that stand out. */
const LINES = fc.array(fc.constantFrom<string[]>("a", "b", "c", "d", "e", "f", "g", "h"), { maxLength: 40 });

/** Applies a diff, strictly: context and places must be right. `removed` and `added` are the signs, or swapped. */
function applied(text: readonly string[], diff: readonly string[], removed: "-" | "+", added: "-" | "+"): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff) {
    const [sign, rest] = [line.slice(0, 1), line.slice(1)];
    if (sign === "@") {
      const [, start = "", count = ""] = new RegExp(` \\${removed}(\\d+),(\\d+) `).exec(line) ?? [];
      const place = Number(count) === 0 ? Number(start) : Number(start) - 1;
      while (at < place) result.push(text[at++] ?? "missing");
    } else if (sign === added) result.push(rest);
    else {
      expect(text[at]).toBe(rest);
      at += 1;
      if (sign !== removed) result.push(rest);
    }
  }
  return [...result, ...text.slice(at)];
}

describe("a unified diff", () => {
  it("leads from each text to the other, with three lines around each change", () => {
    fc.assert(
      fc.property(LINES, LINES, (before, after) => {
        const diff = unifiedDiff(before, after, untitled);
        expect(applied(before, diff, "-", "+")).toEqual(after);
        expect(applied(after, diff, "+", "-")).toEqual(before);
        expect(diff.length === 0).toBe(before.join() === after.join());
        const runs = diff.map((line) => line.slice(0, 1)).join("");
        expect(runs).not.toMatch(/ {7}|\+-|^@ {4}|@ {4}/);
        for (const line of diff.filter((each) => each.startsWith("@"))) {
          const counts = /^@@ -\d+,(\d+) \+\d+,(\d+) @@$/.exec(line)?.slice(1).map(Number) ?? [];
          const hunk = diff.slice(diff.indexOf(line) + 1);
          const end = hunk.findIndex((each) => each.startsWith("@"));
          const body = end < 0 ? hunk : hunk.slice(0, end);
          const count = (sign: string): number => body.filter((each) => !each.startsWith(sign)).length;
          expect(counts).toEqual([count("+"), count("-")]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("keeps all that it can of texts with few changes", () => {
    fc.assert(
      fc.property(LINES, fc.nat(40), (before, seed) => {
        const at = seed % (before.length + 1);
        const kinds = (after: readonly string[]) => diffLines(before, after).filter(({ kind }) => kind !== "same");
        expect(kinds(before.toSpliced(at, 0, "new"))).toEqual([{ kind: "added", text: "new" }]);
        if (at < before.length) expect(kinds(before.toSpliced(at, 1))).toEqual([{ kind: "removed", text: before[at] }]);
      }),
      { numRuns: 300 },
    );
  });

  it("tells what was before first, and joins changes that are near", () => {
    expect(diffOf("a b c d e f g h i j k l m n o", "a X Y d e f g Z h i j k l m n").join("|")).toBe(
      "@@ -1,10 +1,11 @@| a|-b|-c|+X|+Y| d| e| f| g|+Z| h| i| j|@@ -12,4 +13,3 @@| l| m| n|-o",
    );
    expect(diffOf("a b c d e f g h", "A b c d e f g H").filter((line) => line.startsWith("@@"))).toHaveLength(1);
    expect(diffOf("a b c d e f g h i", "A b c d e f g h I").filter((line) => line.startsWith("@@"))).toHaveLength(2);
    expect(diffOf("", "a b")).toEqual(["@@ -0,0 +1,2 @@", "+a", "+b"]);
    expect(diffOf("a b", "")).toEqual(["@@ -1,2 +0,0 @@", "-a", "-b"]);
  });

  it("keeps entries whole that begin with a line of their own", () => {
    const entry = (id: number): string => `-${id} log time user`;
    const before = [1, 2, 3].map(entry).join(" ");
    const changes = (after: readonly number[]): string =>
      diffOf(before, after.map(entry).join(" "))
        .filter((line) => !line.startsWith(" "))
        .join("|");
    expect(changes([1, 2, 9, 3])).toBe("@@ -6,6 +6,10 @@|+-9|+log|+time|+user");
    expect(changes([1, 3])).toBe("@@ -2,10 +2,6 @@|--2|-log|-time|-user");
  });

  it("takes long texts in which every entry changes", () => {
    const entries = Array.from({ length: 50_000 }, (_, id) => [`- ${id}`, "same", "same"]);
    const before = entries.flat();
    const after = entries.flatMap(([id = "", ...rest]) => [id, "changed", ...rest.slice(1)]);
    const lines = diffLines(before, after);
    expect(lines.filter(({ kind }) => kind === "same")).toHaveLength(100_000);
    expect(lines.filter(({ kind }) => kind === "added")).toHaveLength(50_000);
  });

  it("takes long texts that share nothing, or only lines that do not stand out", () => {
    const before = Array.from({ length: 50_000 }, (_, at) => `a${at}`);
    const after = Array.from({ length: 50_000 }, (_, at) => `b${at}`);
    expect(diffLines(before, after)).toHaveLength(100_000);
    const mixed = (other: string): string[] =>
      Array.from({ length: 50_000 }, (_, at) => (at % 3 === 0 ? "same" : other));
    const changed = ["first", ...mixed("x"), "last"];
    const lines = diffLines(changed, ["one", ...mixed("y"), "two"]);
    expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text)).toEqual(changed);
  });
});
