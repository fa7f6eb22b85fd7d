import { styleText } from "node:util";
import { printable } from "../core/printable.ts";
import { formatThings } from "./quantity.ts";
import type { TestCase } from "./test-case.ts";

const RESULTS = ["ok", "differs", "new", "updated"] as const;

/** `new`: nothing is expected yet. `updated`: what differed or was new is expected from now on. */
export type TestResult = (typeof RESULTS)[number];

/** What became of a case. */
export interface TestOutcome {
  readonly test: TestCase;
  readonly result: TestResult;
  readonly lines: number;
  readonly events: number;
  /** Lines of a unified diff; empty where nothing differs, or nothing was expected. */
  readonly diff: readonly string[];
}

type Style = Parameters<typeof styleText>[0];

const RESULT_STYLES: Readonly<Record<TestResult, Style>> = {
  ok: "green",
  differs: "red",
  new: "yellow",
  updated: "yellow",
};
const DIFF_STYLES: Readonly<Record<string, Style>> = { "@": "cyan", "-": "red", "+": "green" };
const RESULT_WIDTH = Math.max(...RESULTS.map((result) => result.length));

/** One line of JSON; docs/reference/cli.md describes it. */
export function testJson({ test, result, lines, events, diff }: TestOutcome): string {
  return `${JSON.stringify({ pipeline: test.pipeline, case: test.name, result, lines, events, diff })}\n`;
}

/** A line for the case, and what differs below it. */
export function testText({ test, result, lines, events, diff }: TestOutcome): string {
  const word = styled(RESULT_STYLES[result], result) + " ".repeat(RESULT_WIDTH - result.length);
  const head = `${word}  ${test.pipeline}/${test.name}  ${formatThings(lines, "line")}, ${formatThings(events, "event")}\n`;
  if (result !== "differs") return head;
  return head + ["--- expected", "+++ found", ...diff].map((line) => `${diffLine(line)}\n`).join("");
}

/** `7 cases: 6 ok, 1 differs` */
export function testSummary(results: readonly (TestResult | "bad")[]): string {
  const counts = [...RESULTS, "bad" as const].map((result) => {
    const count = results.filter((each) => each === result).length;
    return count === 0 ? [] : [`${count} ${result === "differs" && count > 1 ? "differ" : result}`];
  });
  return `${formatThings(results.length, "case")}: ${counts.flat().join(", ")}\n`;
}

/** A file that somebody else has written may hold what a terminal obeys. */
function diffLine(line: string): string {
  const style = DIFF_STYLES[line.slice(0, 1)];
  return style === undefined ? printable(line) : styled(style, printable(line));
}

/** Colours on a terminal only, and not where the environment says otherwise. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
