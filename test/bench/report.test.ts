import { describe, expect, it } from "vitest";
import { type Goal, isMet } from "../../bench/measuring/goal.ts";
import { reportJson, reportOf, reportText } from "../../bench/measuring/report.ts";
import type { Column } from "../../src/cli/terminal/table.ts";

const RATIO: Goal = { name: "run to zstd", value: 0.2, unit: "ratio", bound: "at least", limit: 0.2 };
const MEMORY: Goal = { name: "memory", value: 299e6, unit: "bytes", bound: "below", limit: 300e6 };

const COLUMNS: readonly Column<{ readonly name: string; readonly pace: number }>[] = [
  { head: "", align: "left", cell: ({ name }) => name },
  { head: "pace", align: "right", cell: ({ pace }) => String(pace) },
];
const REPORT = reportOf("2 lines", COLUMNS, [{ name: "a|b", pace: 12 }], [RATIO, MEMORY]);

describe("a goal", () => {
  it("of at least so much is met by just so much, one below by less only", () => {
    expect([RATIO, { ...RATIO, value: 0.199 }].map(isMet)).toEqual([true, false]);
    expect([MEMORY, { ...MEMORY, value: 300e6 }].map(isMet)).toEqual([true, false]);
  });

  it("is not met by a figure that nobody knows", () => {
    expect([RATIO, MEMORY].map((goal) => isMet({ ...goal, value: Number.NaN }))).toEqual([false, false]);
  });
});

describe("a report", () => {
  it("aligns its tables on a terminal", () => {
    expect(reportText(REPORT, "text")).toBe(
      `2 lines

     pace
a|b    12

goal                         measured
run to zstd  at least 0.200     0.200  ok
memory       below 300 MB      299 MB  ok
`,
    );
  });

  it("is Markdown that a page can hold", () => {
    expect(reportText(REPORT, "markdown")).toBe(
      String.raw`2 lines

| | pace |
| --- | ---: |
| a\|b | 12 |

| goal | | measured | |
| --- | --- | ---: | --- |
| run to zstd | at least 0.200 | 0.200 | ok |
| memory | below 300 MB | 299 MB | ok |
`,
    );
  });

  it("has all figures as JSON, and says which goals are met", () => {
    expect(JSON.parse(reportJson({ cores: 2 }, [REPORT]))).toEqual({
      machine: { cores: 2 },
      tables: [{ title: "2 lines", rows: [{ name: "a|b", pace: 12 }] }],
      goals: [
        { ...RATIO, isMet: true },
        { ...MEMORY, isMet: true },
      ],
    });
  });
});
