/**
 * Goal: no bit of a signed vault can be another one without `archive verify` telling it, and it raises no false alarm.
 * Method: `npm run tamper -- [--flips 10000] [--seed 1]` flips one random bit of any object at a time, and verifies the
 * vault at level full. Prints each flip of which nothing was told, and exits with 1 where there is any.
 */
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { createProgress } from "../src/cli/terminal/progress.ts";
import { formatCount, formatThings } from "../src/cli/terminal/quantity.ts";
import { flipBits } from "../test/archive/verify/flips.ts";

const MOST_FLIPS = 10_000_000;
const MOST_SEED = 999_999_999;

const program = new Command("npm run tamper --")
  .description("Flips bits of a signed vault, one at a time; archive verify must tell each.")
  .option("--flips <n>", "how many; ten thousand take a quarter of an hour", integerUpTo(MOST_FLIPS), 10_000)
  .option("--seed <n>", "other bits", integerUpTo(MOST_SEED), 1)
  .parse();
const { flips, seed } = program.opts<{ flips: number; seed: number }>();
const progress = createProgress("flipping", flips, formatCount);
const { untold, falseAlarms } = await flipBits(flips, seed, progress.set);
progress.stop();
for (const { name, byte, bit } of untold) process.stdout.write(`not told: bit ${bit} of byte ${byte} of "${name}"\n`);
for (const alarm of falseAlarms) process.stdout.write(`false alarm: ${alarm}\n`);
process.stdout.write(`${formatThings(flips, "bit")} flipped, ${formatCount(untold.length)} not told, seed ${seed}\n`);
process.exitCode = untold.length + falseAlarms.length > 0 ? 1 : 0;
