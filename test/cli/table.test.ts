/** Goal: columns line up, and no line ends in spaces. Method: small tables, whole. */
import { describe, expect, it } from "vitest";
import { type Column, formatTable } from "../../src/cli/terminal/table.ts";

const COLUMNS: readonly Column<readonly [string, number]>[] = [
  { head: "event", align: "left", cell: ([name]) => name },
  { head: "count", align: "right", cell: ([, count]) => String(count) },
  { head: "note", align: "left", cell: ([, count]) => (count > 9 ? "many" : "") },
];

describe("a table", () => {
  it("lines up its columns, as wide as their widest cell", () => {
    const rows = [
      ["git_push", 3],
      ["a", 1234567],
    ] as const;
    expect(formatTable(COLUMNS, rows)).toBe("event       count  note\ngit_push        3\na         1234567  many\n");
  });

  it("without rows is its heads", () => {
    expect(formatTable(COLUMNS, [])).toBe("event  count  note\n");
  });
});
