/**
 * Goal: the kills of `test/faults/pubsub-kills.it.test.ts`, for as long as anybody likes.
 * Method: `npm run soak -- [--kills 1000] [--seed 1]` runs that test with more kills and more lines.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options.ts";

const VITEST = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const TEST = "test/faults/pubsub-kills.it.test.ts";
const MOST_KILLS = 1_000_000;
const MOST_SEED = 999_999_999;

const program = new Command("npm run soak --")
  .description("Kills workers on a subscription at random moments; nothing may be lost or counted twice.")
  .option("--kills <n>", "how many kills; a thousand take a quarter of an hour", integerUpTo(MOST_KILLS), 1000)
  .option("--seed <n>", "what a failure has printed, to repeat its traffic and its kills", integerUpTo(MOST_SEED))
  .parse();
const { kills, seed } = program.opts<{ kills: number; seed?: number }>();
const { status } = spawnSync(process.execPath, [VITEST, "run", "--project", "it", TEST], {
  stdio: "inherit",
  env: {
    ...process.env,
    LOGTALLY_TEST_KILLS: String(kills),
    ...(seed === undefined ? {} : { LOGTALLY_TEST_SEED: String(seed) }),
  },
});
process.exitCode = status ?? 1;
