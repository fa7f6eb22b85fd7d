/** Where in the user's input something is wrong. */
export interface Place {
  /** `FILE:LINE`, or `--set a.b=…`. */
  readonly label: string;
  /** Order of the report: lines of the file, then overrides. */
  readonly order: number;
}

/** One thing that is wrong with the configuration. */
export interface Problem {
  readonly place: Place;
  readonly what: string;
  readonly hint: string | null;
}

/** One line per problem, in the order of the file: `FILE:LINE: what (hint: …)`. */
export function formatProblems(problems: readonly Problem[]): string {
  const sorted = problems.toSorted((a, b) => a.place.order - b.place.order);
  const lines = sorted.map(
    ({ place, what, hint }) => `${place.label}: ${what}${hint === null ? "" : ` (hint: ${hint})`}`,
  );
  return [...new Set(lines)].join("\n");
}

/** `"a", "b" or "c"`. */
export function quoteList(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
