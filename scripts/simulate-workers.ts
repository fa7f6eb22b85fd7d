/**
 * Goal: what one to five hundred workers on one subscription do to a bucket, and which batches suit how many of them.
 * Method: `npm run simulate-workers -- [--lines-per-second 5000] [--each] [--max-age-ms 5000] [--real 2]`. One worker and two
 * are run for real through four hours of virtual time, with the engine, the write-ahead log, the sealer, the signer and the
 * collector as they are, on a bucket in memory that counts; of the last hour it is told what grows with objects and what
 * does not, and the others are reckoned from that. `--real N` runs up to N for real, to compare.
 */
import { Command } from "commander";
import { MAX_BATCH_MESSAGES } from "../src/cli/open/input/pipeline-input.ts";
import { amount } from "../src/cli/options/amount.ts";
import { integerUpTo } from "../src/cli/options/options.ts";
import { formatBytes, formatCount } from "../src/cli/terminal/quantity.ts";
import { type Column, formatTable } from "../src/cli/terminal/table.ts";
import { MIB } from "../src/core/units.ts";
import type { Deployment } from "../src/sizing/deployment.ts";
import { MEASURED } from "../src/sizing/measured.ts";
import { DEFAULT_PRICES } from "../src/sizing/price.ts";
import { secondsPerObject } from "../src/sizing/write-ahead-need.ts";
import { type EstimatedHour, estimateHour, type Fleet, realFleet } from "../test/simulation/fleet/estimated-hour.ts";
import { runFleet } from "../test/simulation/fleet/real-hour.ts";

const WORKERS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const MOST_LINES = 100_000_000;
const MOST_AGE_MS = 3_600_000;
/** So many objects of a stream are looked through with ease: a manifest of 2 MB names them. */
const EASY_OBJECTS = 10_000;
const AGES_MS = [1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];
const HOUR_SECONDS = 3600;

interface Options {
  readonly linesPerSecond: number;
  readonly each?: true;
  readonly lineBytes: number;
  readonly maxAgeMs: number;
  readonly real: number;
}

interface Row {
  readonly fleet: Fleet;
  readonly hour: EstimatedHour;
}

const options = new Command("npm run simulate-workers --")
  .description("Tells what one to five hundred workers on one subscription do to a bucket in an hour.")
  .option("--lines-per-second <n>", "lines of the subscription", integerUpTo(MOST_LINES), 5000)
  .option("--each", "so many for each worker, instead of all together")
  .option("--line-bytes <n>", "bytes of a line", amount, MEASURED.lineBytes.value)
  .option("--max-age-ms <n>", "batch.max_age_ms", integerUpTo(MOST_AGE_MS), 5000)
  .option("--real <n>", "run up to so many workers for real", integerUpTo(WORKERS.at(-1) ?? 1), 2)
  .parse()
  .opts<Options>();

const COLUMNS: readonly Column<Row>[] = [
  { head: "workers", align: "right", cell: ({ fleet }) => formatCount(fleet.workers) },
  { head: "lines/s", align: "right", cell: ({ fleet }) => formatCount(fleet.deployment.linesPerSecond) },
  { head: "objects", align: "right", cell: ({ hour }) => formatCount(hour.objects) },
  { head: "of", align: "right", cell: ({ hour }) => formatBytes(Math.round(hour.objectBytes)) },
  { head: "writes/s", align: "right", cell: ({ hour }) => (hour.creates / HOUR_SECONDS).toFixed(1) },
  { head: "reads", align: "right", cell: ({ hour }) => formatCount(hour.reads) },
  { head: "removes", align: "right", cell: ({ hour }) => formatCount(hour.removes) },
  { head: "seals", align: "right", cell: ({ hour }) => `${hour.seals}+${hour.revisions}` },
  { head: "manifest", align: "right", cell: ({ hour }) => formatBytes(Math.round(hour.manifestBytes)) },
  { head: "lists", align: "right", cell: ({ hour }) => formatCount(hour.lists) },
  { head: "lists $", align: "right", cell: ({ hour }) => hour.listUsd.toFixed(4) },
  { head: "requests $", align: "right", cell: ({ hour }) => hour.requestUsd.toFixed(3) },
  { head: "seal takes", align: "right", cell: ({ hour }) => `${hour.sealing.hoursPerHour.toFixed(2)} h` },
  { head: "max_age_ms", align: "right", cell: ({ fleet }) => easyAge(fleet) },
];

/** The shortest age of batches that leaves few objects; a dash where they are full before. */
function easyAge({ workers, deployment }: Fleet): string {
  const { linesPerSecond, lineBytes, batch } = deployment;
  const objectsBy = (maxAgeMs: number): number =>
    (workers * HOUR_SECONDS) / secondsPerObject(linesPerSecond / workers, lineBytes, { ...batch, maxAgeMs });
  const age = AGES_MS.find((maxAgeMs) => objectsBy(maxAgeMs) <= EASY_OBJECTS);
  return age === undefined ? "–" : formatCount(age);
}

function fleetOf(workers: number): Fleet {
  const { linesPerSecond, lineBytes, maxAgeMs, each } = options;
  const deployment: Deployment = {
    linesPerSecond: each === true ? linesPerSecond * workers : linesPerSecond,
    lineBytes,
    peak: 1,
    logs: 1,
    users: 1,
    retentionDays: 0,
    keepYears: 1,
    batch: { maxLines: MAX_BATCH_MESSAGES, maxBytes: 64 * MIB, maxAgeMs },
    linesPerCpuSecond: MEASURED.linesPerCpuSecond.value,
    storageClass: "coldline",
    coldAfterDays: 0,
    prices: DEFAULT_PRICES,
  };
  return { workers, deployment };
}

// By age, so that two of them make twice as many objects, whatever the load.
const [one, two] = [
  await runFleet({ workers: 1, maxAgeMs: options.maxAgeMs, gapMs: 1 }),
  await runFleet({ workers: 2, maxAgeMs: options.maxAgeMs, gapMs: 1 }),
];
const rows = WORKERS.map((workers): Row => {
  const fleet = fleetOf(workers);
  return { fleet, hour: estimateHour(fleet, one, two) };
});
process.stdout.write(
  `An hour of one stream, batches of at most ${formatCount(options.maxAgeMs)} ms; lists and removes included, the vault's own reads not.\n\n`,
);
process.stdout.write(formatTable(COLUMNS, rows));
for (const { fleet, hour } of rows.filter((row) => row.fleet.workers > 2 && row.fleet.workers <= options.real)) {
  const real = await runFleet(realFleet(fleet));
  const reads = Object.values(real.requests).reduce((sum, duty) => sum + duty.reads, 0);
  process.stdout.write(
    `${fleet.workers} workers for real: ${formatCount(real.objects)} objects, ${formatCount(reads)} reads (reckoned without passes: ` +
      `${formatCount(hour.objects)}, ${formatCount(hour.reads - (hour.sealing.passes > 1 ? 2 * hour.sealing.passes * hour.objects : 0))})\n`,
  );
}
