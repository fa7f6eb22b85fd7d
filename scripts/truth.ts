/**
 * Goal: whatever people do on a simulated instance, in whatever form their lines arrive, and whatever goes wrong on the
 * way, `run` and `counts` find exactly what was done.
 * Method: `npm run truth -- [--seeds 10] [--lines 100000] [--first 1]` generates, runs and counts for every seed and form, in
 * every segment and period, and prints each difference. Exits with 1 where there is any.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openFacts } from "../src/cli/facts.ts";
import { loadCatalogue, loadSettings } from "../src/cli/settings.ts";
import { countRows } from "../src/counts/cube.ts";
import { differences } from "../src/generate/agreement.ts";
import { TRUTH_SEGMENTS } from "../src/generate/truth.ts";
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

function logtally(...args: readonly string[]): string {
  return execFileSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Sentences about everything in which count and truth differ. */
async function check(seed: number, lines: number, form: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "logtally-truth-"));
  try {
    const [traffic, truthFile, archive] = ["traffic.ndjson", "truth.json", "archive"].map((name) => join(folder, name));
    if (traffic === undefined || truthFile === undefined || archive === undefined) throw new Error("no folder");
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
  const { table } = await openFacts(settings, await loadCatalogue(null));
  try {
    const query = { events: null, periods: ["all", "28d", "7d", "daily"], days: 28, asOf: truth.as_of } as const;
    const counted = [];
    for (const by of TRUTH_SEGMENTS) counted.push(...(await countRows(table, { ...query, by })));
    return differences(truth.rows, counted).map((each) => `${each.what}: truth ${each.truth}, counted ${each.counted}`);
  } finally {
    table.close();
  }
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    lines: { type: "string", default: "100000" },
    first: { type: "string", default: "1" },
  },
});
for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed += 1) {
  for (const [name, form] of Object.entries(FORMS)) {
    const wrong = await check(seed, Number(values.lines), form);
    process.stdout.write(`seed ${seed}, ${name}: ${wrong.length === 0 ? "equal" : `${wrong.length} differences`}\n`);
    for (const sentence of wrong.slice(0, 20)) process.stdout.write(`  ${sentence}\n`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}
