/**
 * Goal: whoever finds something wrong with a file's field can say so, and the line is the nearest that there is.
 * Method: one small file, problems at paths that it has and has not.
 */
import { expect, it } from "vitest";
import { fieldProblem } from "../../src/yaml/problem.ts";
import { fileFault, readYamlFile } from "../../src/yaml/yaml-file.ts";

const TEXT = `# a team's
first: &x
  - { a: 1 }
  -
    b: 2
    c:
second: *x
`;

it.each([
  [["second"], 7],
  [["first", "1", "b"], 5],
  [["first", "1", "c"], 6],
  [["first", "1", "d"], 5],
  [["first", "0", "a", "b"], 3],
  [["first", "2"], 2],
  [["first", "2", "a", "b"], 2],
  [["second", "1", "c"], 6],
  [["third", "a"], 2],
  [[], 2],
] as const)("a problem at %j is one of line %i", (path, line) => {
  const file = readYamlFile(TEXT, "team.yaml", "team", '"first:"');
  expect(file.problems).toEqual([]);
  expect(fileFault(file, [fieldProblem(path, "too late", "be early")]).message).toBe(
    `team.yaml:${line}: field "${path.join(".")}": too late (hint: be early)`,
  );
});

it("tells of a text full of errors the first ones, each in a line that can be read", () => {
  const { problems } = readYamlFile(
    `{"a": 1}\n${`{"${"b".repeat(5000)}": 1}\n`.repeat(1000)}`,
    "team.yaml",
    "team",
    "",
  );
  expect(problems).toHaveLength(3);
  expect(problems.every(({ what }) => what.length < 300)).toBe(true);
});
