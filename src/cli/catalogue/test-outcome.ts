import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { printable } from "../../core/printable.ts";
import { formatThings } from "../terminal/quantity.ts";
import type { TestCase } from "./test-case.ts";

const RESULTS = ["ok", "differs", "new", "updated", "bad"] as const;

/**
 * `new`: nothing is expected yet. `updated`: what differed or was new is expected from now on. `bad`: the case cannot be
 * read, or its expectation not written.
 */
export type TestResult = (typeof RESULTS)[number];

/** What became of a case that is not bad. */
export interface TestOutcome {
  readonly test: TestCase;
  readonly result: Exclude<TestResult, "bad">;
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
  bad: "red",
};
const DIFF_STYLES: Readonly<Record<string, Style>> = { "@": "cyan", "-": "red", "+": "green" };
const RESULT_WIDTH = Math.max(...RESULTS.map((result) => result.length));

/** One line of JSON; docs/reference/cli.md describes it. */
export function testJson({ test, result, lines, events, diff }: TestOutcome): string {
  return `${JSON.stringify({ pipeline: test.pipeline, case: test.name, result, lines, events, diff })}\n`;
}

/** A line for the case, and what differs below it. */
export function testText({ test, result, lines, events, diff }: TestOutcome): string {
  const head = rowText(
    result,
    test,
    `${formatThings(lines, "line")}, ${formatThings(events, "event")}`,
    process.stdout,
  );
  if (result !== "differs") return head;
  return head + ["--- expected", "+++ found", ...diff].map((line) => `${diffLine(line)}\n`).join("");
}

/** A line for a case that is bad, for standard error. */
export function badText(test: TestCase, why: string): string {
  return rowText("bad", test, why, process.stderr);
}

function rowText(result: TestResult, { pipeline, name }: TestCase, what: string, stream: WriteStream): string {
  const word = styled(RESULT_STYLES[result], result, stream) + " ".repeat(RESULT_WIDTH - result.length);
  return `${word}  ${printable(`${pipeline}/${name}`)}  ${what}\n`;
}

/** `7 cases: 6 ok, 1 differs` */
export function testSummary(results: readonly TestResult[]): string {
  const counts = RESULTS.map((result) => {
    const count = results.filter((each) => each === result).length;
    return count === 0 ? [] : [`${count} ${result === "differs" && count > 1 ? "differ" : result}`];
  });
  return `${formatThings(results.length, "case")}: ${counts.flat().join(", ")}\n`;
}

/** A file that somebody else has written may hold what a terminal obeys. */
function diffLine(line: string): string {
  const style = DIFF_STYLES[line.slice(0, 1)];
  return style === undefined ? printable(line) : styled(style, printable(line), process.stdout);
}

/** Colours on a terminal only, and not where the environment says otherwise. */
function styled(style: Style, text: string, stream: WriteStream): string {
  return styleText(style, text, { stream });
}
