import { UsageError } from "../core/fault.ts";
import { type FieldPath, isMapping } from "./field-schema.ts";
import { type FieldProblem, formatProblems, type Place, type Problem } from "./problem.ts";
import { readYaml } from "./yaml-text.ts";

/** A YAML file that holds a mapping of fields, read. */
export interface YamlFile {
  /** Null where the text is no mapping, or its syntax so wrong that the fields would mislead. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  /** What is wrong before any field is looked at; not empty where `fields` is null. */
  readonly problems: readonly Problem[];
  /** Null where the text has no entry at the path; the empty path is the text's own. */
  placeOf(path: FieldPath): Place | null;
}

/**
 * Reads a text; `file` is its name in messages. `noun` (`pipeline`) says what such a file holds, and `beginning` with
 * which fields it begins.
 */
export function readYamlFile(text: string, file: string, noun: string, beginning: string): YamlFile {
  const yaml = readYaml(text, noun);
  const place = (line: number): Place => ({ label: `${file}:${line}`, order: line });
  const problems: Problem[] = yaml.problems.map(({ line, what, hint }) => ({ place: place(line), what, hint }));
  const fields = isMapping(yaml.value) ? yaml.value : null;
  if (fields === null && yaml.value !== undefined) {
    const what = yaml.value === null ? `the file holds no ${noun}` : "the file is no mapping of fields";
    problems.push({ place: place(1), what, hint: `begin with ${beginning}` });
  }
  return {
    fields,
    problems,
    placeOf: (path) => {
      const line = yaml.lineOf(path);
      return line === null ? null : place(line);
    },
  };
}

/** The error that tells all that is wrong with the file, each problem at its field or the nearest section around. */
export function fileFault(yaml: YamlFile, problems: readonly FieldProblem[]): UsageError {
  const placed = problems.map((problem) => ({ ...problem, place: nearestPlace(yaml, problem.path) }));
  return new UsageError(formatProblems([...yaml.problems, ...placed]));
}

function nearestPlace(yaml: YamlFile, path: FieldPath): Place {
  return yaml.placeOf(path) ?? nearestPlace(yaml, path.slice(0, -1));
}
