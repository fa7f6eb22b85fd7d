/**
 * Goal: whatever people do on a simulated instance, in whatever form their lines arrive, and whatever goes wrong on the
 * way, `run` and `counts` find exactly what was done.
 * Method: `npm run truth -- [--seeds 10] [--lines 100000] [--first 1]` generates, runs and counts for every seed and
 * form, in every segment and period, and prints each difference. Exits with 1 where there is any.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { openCounts } from "../src/cli/open/counts/archive-counts.ts";
import { integerUpTo } from "../src/cli/options/options.ts";
import { loadCatalogue, loadSettings } from "../src/cli/settings.ts";
import { countedRows, differences } from "../src/generate/agreement.ts";
import type { TruthReport } from "../src/generate/truth-report.ts";

const PROGRAM = join(import.meta.dirname, "../bin/logtally.js");
const TROUBLE = ["--republish", "0.02", "--poison", "0.01"];
const PUBSUB = ["--form", "pubsub", "--redeliver", "0.02"];

/** Every form, as it is and on a bad day. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  bare: ["--form", "bare"],
  fluentd: ["--form", "fluentd"],
  "fluentd, troubled": ["--form", "fluentd", ...TROUBLE],
  logentry: ["--form", "logentry"],
  "logentry, troubled": ["--form", "logentry", ...TROUBLE],
  pubsub: ["--form", "pubsub"],
  "pubsub, troubled": [...PUBSUB, ...TROUBLE],
  "pubsub, batches, troubled": [...PUBSUB, ...TROUBLE, "--batch", "500"],
};

/** Runs the program, which must work: what it says is shown where it does not. */
function logtally(...args: readonly string[]): string {
  return execFileSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Sentences about everything in which count and truth differ. */
async function check(seed: number, lines: number, form: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "logtally-truth-"));
  try {
    const traffic = join(folder, "traffic.ndjson");
    const truthFile = join(folder, "truth.json");
    const archive = join(folder, "archive");
    const wish = ["--seed", String(seed), "--lines", String(lines), ...form];
    logtally("generate", ...wish, "--output", traffic, "--truth", truthFile);
    const truth = JSON.parse(readFileSync(truthFile, "utf8")) as TruthReport;
    const summary = JSON.parse(logtally("run", "--json", "--archive", archive, "--from", traffic)) as TruthReport;
    const wrong = (["lines_in", "archived", "duplicates", "quarantined", "eventless", "events"] as const).flatMap(
      (name) => {
        const [expected, found] = [JSON.stringify(truth[name]), JSON.stringify(summary[name])];
        return expected === found ? [] : [`${name}: truth ${expected}, run ${found}`];
      },
    );
    return [...wrong, ...(await compareCounts(truth, archive))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compareCounts(truth: TruthReport, archive: string): Promise<string[]> {
  const settings = await loadSettings(undefined, { archive });
  const { counts } = await openCounts(settings, await loadCatalogue(null));
  try {
    const counted = await countedRows(counts, truth.as_of);
    return differences(truth.rows, counted).map((each) => `${each.what}: truth ${each.truth}, counted ${each.counted}`);
  } finally {
    counts.close();
  }
}

const MOST = 999_999_999;
const program = new Command("npm run truth --")
  .description("Generates, runs and counts for every seed and form, and prints where the counts are not what was done.")
  .option("--seeds <n>", "how many seeds", integerUpTo(MOST), 10)
  .option("--lines <n>", "lines of each", integerUpTo(MOST), 100_000)
  .option("--first <n>", "the first seed", integerUpTo(MOST), 1)
  .parse();
const { seeds, lines, first } = program.opts<{ seeds: number; lines: number; first: number }>();
for (let seed = first; seed < first + seeds; seed += 1) {
  for (const [name, form] of Object.entries(FORMS)) {
    const wrong = await check(seed, lines, form);
    process.stdout.write(`seed ${seed}, ${name}: ${wrong.length === 0 ? "equal" : `${wrong.length} differences`}\n`);
    for (const sentence of wrong.slice(0, 20)) process.stdout.write(`  ${sentence}\n`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}
