import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isMissing } from "../../backends/files/missing.ts";
import { UsageError } from "../../core/fault.ts";
import { nameHint } from "../../core/nearest-name.ts";

/** One case of a pipeline. */
export interface TestCase {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Name of its folder. */
  readonly name: string;
  readonly folder: string;
}

const CASES_FOLDER = "fixtures";
const EXPECTED = "expected.yaml";

/** The file that says what a case's lines become. */
export function expectedPath({ folder }: TestCase): string {
  return join(folder, EXPECTED);
}

/**
 * The cases of the pipeline, sorted by name: folders in `fixtures/<pipeline>`, where `fixtures` is the folder that is
 * named, or lies beside the pipeline file's folder, or else beside the file. Rejects with `UsageError` where there is none.
 */
export async function findCases(path: string, pipeline: string, fixtures: string | undefined): Promise<TestCase[]> {
  const parents = [dirname(dirname(path)), dirname(path)];
  const places = fixtures === undefined ? parents.map((parent) => join(parent, CASES_FOLDER)) : [resolve(fixtures)];
  for (const place of places) {
    const folder = join(place, pipeline);
    if (!(await isFolder(folder))) continue;
    const cases: TestCase[] = [];
    for (const name of await namesIn(folder)) {
      const test = { pipeline, name, folder: join(folder, name) };
      if (!name.startsWith(".") && (await isFolder(test.folder))) cases.push(test);
    }
    if (cases.length > 0) return cases;
  }
  const looked = places.map((place) => `"${join(place, pipeline)}"`).join(" or ");
  const hint = `a case is a folder with a file of lines, in ${looked}; --fixtures names another "${CASES_FOLDER}"`;
  throw new UsageError(`find cases of pipeline "${pipeline}": there are none (hint: ${hint})`);
}

/**
 * The cases of these names, each `CASE` or `PIPELINE/CASE`; all without names. Throws `UsageError`, with the nearest
 * right one, for a name that no case has.
 */
export function chooseCases<Case extends TestCase>(
  cases: readonly Case[],
  names: readonly string[] | undefined,
): readonly Case[] {
  if (names === undefined) return cases;
  const namesOf = ({ pipeline, name }: TestCase): string[] => [name, `${pipeline}/${name}`];
  const known = cases.flatMap(namesOf);
  for (const name of names) {
    if (known.includes(name)) continue;
    const all = [...new Set(cases.map((each) => each.name))].join(", ");
    throw new UsageError(`find case "${name}": no such case (hint: ${nameHint(name, known, `there are ${all}`)})`);
  }
  return cases.filter((each) => namesOf(each).some((name) => names.includes(name)));
}

/** The files whose lines the case is about, sorted by name. Rejects with `UsageError` where there is none. */
export async function inputFiles({ pipeline, name, folder }: TestCase): Promise<string[]> {
  const names = (await namesIn(folder)).filter((each) => each !== EXPECTED && !/^(?:\.|README)/.test(each));
  const files = names.map((each) => join(folder, each));
  for (const file of files) {
    if (await isFolder(file)) throw new UsageError(`read "${file}": it is a folder (hint: a case holds files only)`);
    if (!/\.ya?ml$/.test(file)) continue;
    throw new UsageError(`read "${file}": YAML is no input (hint: what is expected stands in "${EXPECTED}")`);
  }
  if (files.length > 0) return files;
  const hint = `put its lines into "${join(folder, "input.ndjson")}"`;
  throw new UsageError(`read case "${pipeline}/${name}": it holds no lines (hint: ${hint})`);
}

/** The text of the case's expectation; null where it has none yet. Rejects with `UsageError`. */
export async function readExpected(test: TestCase): Promise<string | null> {
  const path = expectedPath(test);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new UsageError(`read "${path}": ${message}`, { cause: error });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw new UsageError(`read "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** Names of what the folder holds, sorted. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    throw new UsageError(`read "${folder}": ${(error as Error).message}`, { cause: error });
  }
}
