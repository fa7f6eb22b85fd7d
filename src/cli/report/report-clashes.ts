import type { AskedReport } from "./asked-report.ts";

/** A line for each report of one call that would take the place of one before it, or could be taken for it. */
export function clashesAmong(reports: readonly AskedReport[]): string[] {
  const own = "give each a file of its own, as by {name} in its path";
  return [
    ...clashes(reports, pathOf, (path) => `write "${path}" (hint: ${own})`),
    ...clashes(
      reports,
      ({ report }) => report.name,
      (name) => `have the name "${name}" (hint: rename one)`,
    ),
  ];
}

/** An as-of day that only the archive knows stays a placeholder. */
function pathOf({ report: { destination }, question: { asOf } }: AskedReport): string | null {
  return destination.kind === "file" ? destination.pathOn(asOf ?? "{as_of}") : null;
}

function clashes(
  reports: readonly AskedReport[],
  keyOf: (report: AskedReport) => string | null,
  words: (key: string) => string,
): string[] {
  const files = new Map<string, string>();
  return reports.flatMap((asked) => {
    const key = keyOf(asked);
    if (key === null) return [];
    const { file } = asked.report;
    const other = files.get(key);
    if (other !== undefined) return [`reports "${other}" and "${file}": both ${words(key)}`];
    files.set(key, file);
    return [];
  });
}
