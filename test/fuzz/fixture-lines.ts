import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const MOST_BYTES = 4096;

/** Lines of the fixtures, without those that are long: one of each file, or all of the files whose names match. */
export function fixtureLines(pattern: RegExp, perFile = Number.POSITIVE_INFINITY): readonly Buffer[] {
  const paths = ["samples", "local"].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  return paths
    .filter((path) => path.endsWith(".ndjson") && pattern.test(path))
    .sort()
    .flatMap((path) => {
      const lines = readFileSync(join(FIXTURES, path), "latin1").split("\n");
      return lines.filter((line) => line !== "" && line.length <= MOST_BYTES).slice(0, perFile);
    })
    .map((line) => Buffer.from(line, "latin1"));
}
