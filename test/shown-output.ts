/**
 * What a page shows of an output, held against what was printed. `…` stands for whatever differs from run to run: within a
 * line for any text of it, alone in a line for any lines. Runs of blanks are alike, since columns are as wide as their widest
 * text; everything else must be the same, from the first line to the last.
 */
export function shownMismatch(shown: string, printed: string): string | null {
  const wanted = linesOf(shown);
  const found = linesOf(printed);
  let at = 0;
  for (const [index, line] of wanted.entries()) {
    if (line === "…") {
      const next = wanted[index + 1];
      if (next === undefined) return null;
      const pattern = patternOf(next);
      const skipped = found.slice(at).findIndex((each) => pattern.test(each));
      if (skipped < 0) return `not printed: ${next}`;
      at += skipped;
      continue;
    }
    const printedLine = found[at];
    if (printedLine === undefined) return `not printed: ${line}`;
    if (!patternOf(line).test(printedLine)) return `shown ${line}\nbut printed ${printedLine}`;
    at += 1;
  }
  return at < found.length ? `not shown: ${found[at]}` : null;
}

function linesOf(text: string): string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim().replace(/\s+/g, " ")]));
}

function patternOf(line: string): RegExp {
  const parts = line.split("…").map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`);
}
