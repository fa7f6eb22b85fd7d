import { ENTRY_START } from "./expectation.ts";
import { unifiedDiff } from "./unified-diff.ts";

/**
 * How what was found differs from what was expected: lines of a unified diff, each hunk with the number of the input's
 * line that it is about. Empty where the two are equal, line by line: CRLF counts as LF.
 */
export function expectationDiff(expected: string, found: string): string[] {
  const foundLines = linesOf(found);
  // How many entries begin in the first lines, by how many these are.
  const begun = [0];
  for (const line of foundLines) begun.push((begun.at(-1) ?? 0) + beginningsIn(line));
  return unifiedDiff(linesOf(expected), foundLines, (changed, passed) => {
    const number = (begun[passed] ?? 0) + beginningsIn(changed);
    return number === 0 ? "totals" : `line ${number}`;
  });
}

function beginningsIn(line: string): number {
  return line.startsWith(ENTRY_START) ? 1 : 0;
}

function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
