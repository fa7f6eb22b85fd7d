import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import type { core } from "zod";
import { UsageError } from "../core/fault.ts";
import { nameHint } from "../core/nearest-name.ts";
import { RULE_WORDS } from "./rule-schema.ts";

/** Aliases may save typing, not build a bomb. */
const MAX_ALIAS_COUNT = 100;

export type Path = readonly PropertyKey[];

/** One thing that is wrong with a catalogue. */
export interface CatalogueProblem {
  readonly path: Path;
  readonly what: string;
  readonly hint: string | null;
}

/** A catalogue's text as plain data, and where its parts stand in it. */
export interface CatalogueText {
  readonly content: unknown;
  /** The error that names file, line and field of each problem, one problem a line. */
  fault(problems: readonly CatalogueProblem[]): UsageError;
}

/** Reads one YAML document. Throws `UsageError` with file and line where the syntax is wrong. */
export function readCatalogueText(text: string, file: string): CatalogueText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const what = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
    throw new UsageError(`${file}:${lines.linePos(error.pos[0]).line}: read YAML: ${what}`, { cause: error });
  }
  return {
    content: contentOf(document, file),
    fault: (problems) => {
      const placed = problems.map((problem) => ({ problem, line: lineOf(document, lines, problem.path) }));
      const sorted = placed.toSorted((a, b) => a.line - b.line);
      return new UsageError(sorted.map(({ problem, line }) => `${file}:${line}: ${inWords(problem)}`).join("\n"));
    },
  };
}

function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (error) {
    // The only way left for a document without syntax errors: an alias without anchor, or too many.
    if (!(error instanceof ReferenceError)) throw error;
    throw new UsageError(`${file}: read YAML: ${error.message} (hint: write the aliases out)`, { cause: error });
  }
}

function inWords({ path, what, hint }: CatalogueProblem): string {
  const field = path.length === 0 ? "" : `${path.join(".")}: `;
  return `${field}${what}${hint === null ? "" : ` (hint: ${hint})`}`;
}

/** Line, from 1, of the entry at the path, else of the nearest that is around it. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((item) => isNode(item.key) && String(item.key) === key) : undefined;
    const next = pair?.value ?? (isNode(node) && "get" in node ? node.get(key, true) : undefined);
    const place = pair?.key ?? next;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return lines.linePos(offset).line;
}

/** What the schema has against a catalogue, in words. */
export function schemaProblems(issues: readonly core.$ZodIssue[], content: unknown): CatalogueProblem[] {
  return issues.flatMap((issue) => issueProblems(issue, [], content));
}

function issueProblems(issue: core.$ZodIssue, parent: Path, content: unknown): CatalogueProblem[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      what: "unknown field",
      hint: didYouMean(key, RULE_WORDS),
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = closestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => issueProblems(inner, path, content));
  }
  if (issue.code === "invalid_key") {
    return [{ path, what: issue.issues[0]?.message ?? issue.message, hint: null }];
  }
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    content,
  );
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    return [{ path, what: `expected ${choices.join(", ")}, found ${shown(value)}`, hint: didYouMean(value, choices) }];
  }
  return [{ path, what: `${issue.message.slice(0, 1).toLowerCase()}${issue.message.slice(1)}`, hint: null }];
}

/** The branch of a union that the value was meant for: not refused for its kind at once. */
function closestBranch(branches: readonly (readonly core.$ZodIssue[])[]): readonly core.$ZodIssue[] | undefined {
  const meant = branches.filter((issues) => {
    const [first] = issues;
    if (first === undefined || first.path.length > 0) return true;
    if (first.code === "invalid_union") return closestBranch(first.errors) !== undefined;
    return first.code !== "invalid_type";
  });
  return meant[0];
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}

/** A hint at the nearest of the right names, or null. */
export function didYouMean(name: unknown, names: readonly string[]): string | null {
  return typeof name === "string" ? nameHint(name, names, null) : null;
}
