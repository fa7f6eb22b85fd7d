/**
 * Goal: the kills of `test/faults/*-kills.it.test.ts`, for as long as anybody likes.
 * Method: `npm run soak -- [--kills 1000] [--seed 1] [--only all-kills]` runs those tests with more kills and more lines.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { integerUpTo, oneOf } from "../src/cli/options/options.ts";

const VITEST = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
/** `pubsub-kills`: workers on a subscription. `all-kills`: sealers, signers and collectors too. */
const TESTS = ["pubsub-kills", "all-kills"] as const;
const MOST_KILLS = 1_000_000;
const MOST_SEED = 999_999_999;

const program = new Command("npm run soak --")
  .description("Kills workers, sealers, signers and collectors at random; nothing may be lost or counted twice.")
  .option("--kills <n>", "how many kills; a thousand take half an hour", integerUpTo(MOST_KILLS), 1000)
  .option("--seed <n>", "what a failure has printed, to repeat its traffic and its kills", integerUpTo(MOST_SEED))
  .option("--only <test>", `one of ${TESTS.join(", ")}`, oneOf(TESTS))
  .parse();
const { kills, seed, only } = program.opts<{ kills: number; seed?: number; only?: (typeof TESTS)[number] }>();
const files = (only === undefined ? TESTS : [only]).map((test) => `test/faults/${test}.it.test.ts`);
const { status } = spawnSync(process.execPath, [VITEST, "run", "--project", "it", ...files], {
  stdio: "inherit",
  env: {
    ...process.env,
    LOGTALLY_TEST_KILLS: String(kills),
    ...(seed === undefined ? {} : { LOGTALLY_TEST_SEED: String(seed) }),
  },
});
process.exitCode = status ?? 1;
