/**
 * Goal: what is read fast is read right, over as many lines as anybody likes.
 * Method: `npm run differential -- [--lines 1000000] [--seed 1]` holds simulated lines, and as many changed ones, against
 * `JSON.parse` and the reference derivation. Exits with 1 at the first difference, and tells the seed that repeats it.
 */
import { AssertionError } from "node:assert";
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { compareLines } from "../test/differential/differential.ts";

const MOST_LINES = 1_000_000_000;
const MOST_SEED = 999_999_999;
const AT_ONCE = 10_000;

const program = new Command("npm run differential --")
  .description("Holds the fast readers against slow and plain ones.")
  .option("--lines <n>", "of simulated traffic; as many changed ones come on top", integerUpTo(MOST_LINES), 1_000_000)
  .option("--seed <n>", "the first, of ten thousand lines each", integerUpTo(MOST_SEED), 1)
  .parse();
const { lines, seed } = program.opts<{ lines: number; seed: number }>();

let fields = 0;
let events = 0;
for (let at = seed; fields < 2 * lines; at += 1) {
  try {
    const compared = compareLines(Math.min(AT_ONCE, lines), at);
    fields += compared.fields;
    events += compared.events;
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    process.stderr.write(`seed ${at}: ${error.message}\n`);
    process.exit(1);
  }
  process.stderr.write(`${fields} lines read alike, ${events} records derived alike\n`);
}
