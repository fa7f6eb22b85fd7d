/**
 * Goal: the kills of `test/faults/*-kills.it.test.ts`, and the services of `steady.it.test.ts`, for as long as anybody likes.
 * Method: `npm run soak -- [--kills 1000] [--minutes 120] [--seed 1] [--only steady]` runs those tests with more kills and
 * lines, and for longer.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { integerUpTo, oneOf } from "../src/cli/options/options.ts";

const VITEST = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
/**
 * `pubsub-kills`: workers on a subscription. `all-kills`: sealers, signers and collectors too. `steady`: nobody is killed;
 * memory and handles are looked at through faults that pass.
 */
const TESTS = ["pubsub-kills", "all-kills", "steady"] as const;
const MOST_MINUTES = 100_000;
const MOST_KILLS = 1_000_000;
const MOST_SEED = 999_999_999;

const program = new Command("npm run soak --")
  .description(
    "Kills workers, sealers, signers and collectors at random: nothing may be lost or counted twice. Then lets them go on " +
      "through faults that pass: they may take no more memory and handles than before.",
  )
  .option("--kills <n>", "how many kills; a thousand take half an hour", integerUpTo(MOST_KILLS), 1000)
  .option("--minutes <n>", "how long services go on", integerUpTo(MOST_MINUTES), 60)
  .option("--seed <n>", "what a failure has printed, to repeat its traffic and its kills", integerUpTo(MOST_SEED))
  .option("--only <test>", `one of ${TESTS.join(", ")}`, oneOf(TESTS))
  .parse();
const { kills, minutes, seed, only } = program.opts<{
  kills: number;
  minutes: number;
  seed?: number;
  only?: (typeof TESTS)[number];
}>();
const files = (only === undefined ? TESTS : [only]).map((test) => `test/faults/${test}.it.test.ts`);
const { status } = spawnSync(process.execPath, [VITEST, "run", "--project", "it", ...files], {
  stdio: "inherit",
  env: {
    ...process.env,
    LOGTALLY_TEST_KILLS: String(kills),
    LOGTALLY_TEST_MINUTES: String(minutes),
    ...(seed === undefined ? {} : { LOGTALLY_TEST_SEED: String(seed) }),
  },
});
process.exitCode = status ?? 1;
