import type { FieldPath } from "./field-schema.ts";

/** Where in the user's input something is wrong. */
export interface Place {
  /** `FILE:LINE`, or `--set a.b=…`. */
  readonly label: string;
  /** Order of the report: lines of the file, then overrides. */
  readonly order: number;
}

/** One thing that is wrong with the user's input. */
export interface Problem {
  readonly place: Place;
  readonly what: string;
  readonly hint: string | null;
}

/** Something that is wrong with a field, still without its place. */
export interface FieldProblem extends Omit<Problem, "place"> {
  readonly path: FieldPath;
}

/** What is wrong with a field that is there: `field "a.b": what`. */
export function fieldProblem(path: FieldPath, what: string, hint: string | null): FieldProblem {
  return { path, what: `field ${JSON.stringify(path.join("."))}: ${what}`, hint };
}

/** One line per problem, in the order of the file: `FILE:LINE: what (hint: …)`. */
export function formatProblems(problems: readonly Problem[]): readonly string[] {
  const sorted = problems.toSorted((a, b) => a.place.order - b.place.order);
  const lines = sorted.map(
    ({ place, what, hint }) => `${place.label}: ${what}${hint === null ? "" : ` (hint: ${hint})`}`,
  );
  return [...new Set(lines)];
}
