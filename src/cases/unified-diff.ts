import { type DiffLine, diffLines } from "./line-diff.ts";

/** Unchanged lines around a change. */
const CONTEXT = 3;
const SIGNS = { same: " ", removed: "-", added: "+" } as const;

/** Names the place of a hunk by its first changed line, and how many lines of the text after come before that. */
export type TitleOf = (changed: string, passed: number) => string;

/** The lines of a unified diff without its head: hunks, each behind `@@ -7,3 +7,4 @@ title`. Empty for equal texts. */
export function unifiedDiff(before: readonly string[], after: readonly string[], titleOf: TitleOf): string[] {
  const lines = removedFirst(diffLines(before, after));
  const output: string[] = [];
  let passed = 0;
  let beforeAt = 0;
  let afterAt = 0;
  for (const { start, change, end } of hunksOf(lines)) {
    // Between two hunks everything is in both texts.
    beforeAt += start - passed;
    afterAt += start - passed;
    const hunk = lines.slice(start, end);
    const removed = hunk.filter(({ kind }) => kind !== "added").length;
    const added = hunk.filter(({ kind }) => kind !== "removed").length;
    const title = titleOf(lines[change]?.text ?? "", afterAt + change - start);
    output.push(`@@ -${range(beforeAt, removed)} +${range(afterAt, added)} @@ ${title}`.trimEnd());
    for (const { kind, text } of hunk) output.push(SIGNS[kind] + text);
    beforeAt += removed;
    afterAt += added;
    passed = end;
  }
  return output;
}

/** `FIRST,COUNT`, from 1; of no lines the one before them. */
function range(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

/** Places in the list of a hunk's first line, its first change, and behind its last line. */
interface Hunk {
  readonly start: number;
  readonly change: number;
  readonly end: number;
}

function hunksOf(lines: readonly DiffLine[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const [at, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    const start = Math.max(0, at - CONTEXT);
    const end = Math.min(lines.length, at + 1 + CONTEXT);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) hunks[hunks.length - 1] = { ...last, end };
    else hunks.push({ start, change: at, end });
  }
  return hunks;
}

/** In each run of changes what was before comes first. */
function removedFirst(lines: readonly DiffLine[]): DiffLine[] {
  const sorted: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of lines) {
    if (line.kind === "added") added.push(line);
    else if (line.kind === "removed") sorted.push(line);
    else {
      for (const each of added) sorted.push(each);
      added = [];
      sorted.push(line);
    }
  }
  for (const each of added) sorted.push(each);
  return sorted;
}
