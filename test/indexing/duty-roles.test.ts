/**
 * Goal: the page that says who needs which key says what the roles have.
 * Method: the rows of its table against the declarations.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dutyRoles } from "../../src/indexing/duty-roles.ts";

const PAGE = join(import.meta.dirname, "../../docs/how-to/elasticsearch.md");
const code = (words: readonly string[]): string =>
  words.length === 0 ? "none" : words.map((word) => `\`${word}\``).join(", ");

it("the page has a row for each role", () => {
  const rows = readFileSync(PAGE, "utf8")
    .split("\n")
    .filter((line) => /^\| `logtally-\w+` \|/.test(line));
  expect(rows).toEqual(
    dutyRoles("logtally").map(
      ({ name, duty, cluster, indices }) =>
        `| \`${name}\` | ${duty} | ${code(cluster)} | ${indices.map(({ names, privileges }) => `${code(privileges)} on ${code(names)}`).join("; ")} |`,
    ),
  );
});
