import { deploymentOf, type SizeOptions, sizeCommand } from "../../src/cli/sizing/size.ts";
import { formatUsd } from "../../src/cli/sizing/size-text.ts";
import { formatCount } from "../../src/cli/terminal/quantity.ts";
import { MEASURED } from "../../src/sizing/measured.ts";
import { totalOf } from "../../src/sizing/monthly-cost.ts";
import { sizeOf } from "../../src/sizing/size.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** Deployments from 1 GB to 100 TB a day: as many logs as their seals need, and older batches where there are many workers. */
const DEPLOYMENTS = [
  { gbPerDay: 1, logs: 1 },
  { gbPerDay: 10, logs: 1 },
  { gbPerDay: 100, logs: 2 },
  { gbPerDay: 1000, logs: 6, coldAfterDays: 2 },
  { gbPerDay: 10_000, logs: 40, coldAfterDays: 2, maxAgeMs: 10_000 },
  { gbPerDay: 100_000, logs: 300, coldAfterDays: 2, maxAgeMs: 10_000 },
];

const DAYS_OF_INDEX = 7;

/** What the command line has of itself. */
const BY_DEFAULT = sizeCommand().opts<SizeOptions>();

/** A row for each deployment, without an index and with one. */
export function sizeTable(): string {
  const rows = DEPLOYMENTS.map((asked) => {
    const without = sizeOf(deploymentOf({ ...BY_DEFAULT, ...asked, retentionDays: 0 }));
    const indexed = sizeOf(deploymentOf({ ...BY_DEFAULT, ...asked, retentionDays: DAYS_OF_INDEX }));
    return [
      code(commandOf(asked)),
      formatCount(without.linesPerDay / 86_400),
      `${formatCount(without.workers.processes)}, ${formatCount(indexed.workers.processes)}`,
      formatCount(without.sealing.processes),
      formatCount(without.writeAhead.objectsPerDay),
      gigabytes(without.vault.perDay),
      formatCount(indexed.index?.nodes ?? 0),
      formatUsd(totalOf(without.monthlyUsd)),
      formatUsd(totalOf(indexed.monthlyUsd)),
    ];
  });
  return markdownTable(
    [
      "command",
      "lines a second",
      "workers, with an index",
      "sealers",
      "write-ahead objects a day",
      "stored a day",
      `nodes for ${DAYS_OF_INDEX} days`,
      "a month",
      "with an index",
    ],
    rows,
  );
}

/** What it costs in a month to read segments back that are cold at once, and that are moved there after two days. */
export function readBackTable(): string {
  const rows = DEPLOYMENTS.map(({ gbPerDay, logs }) => {
    const costOf = (coldAfterDays: number) =>
      sizeOf(deploymentOf({ ...BY_DEFAULT, gbPerDay, logs, retentionDays: 0, coldAfterDays })).monthlyUsd;
    const [cold, moved] = [costOf(0), costOf(2)];
    return [
      formatCount(gbPerDay),
      formatUsd(cold.vault),
      formatUsd(cold.read_back),
      formatUsd(moved.read_back),
      formatUsd(moved.vault - cold.vault),
    ];
  });
  return markdownTable(
    [
      "GB a day",
      "a year in COLDLINE, a month",
      "read back from COLDLINE",
      "from STANDARD",
      "two days in STANDARD more",
    ],
    rows,
  );
}

/** Each figure, with the command that measures it again. */
export function measuredFigures(): string {
  const rows = Object.values(MEASURED).map(({ value, unit, command }) => [
    value < 1 ? String(value) : formatCount(value),
    plain(unit),
    command.startsWith("docs/explanation/scale.md")
      ? `[below](${command.slice("docs/explanation/scale.md".length)})`
      : code(command),
  ]);
  return markdownTable(["figure", "of", "measured by"], rows);
}

function commandOf({ gbPerDay, logs, coldAfterDays, maxAgeMs }: (typeof DEPLOYMENTS)[number]): string {
  return [
    `logtally size --gb-per-day ${gbPerDay} --logs ${logs}`,
    coldAfterDays === undefined ? "" : ` --cold-after-days ${coldAfterDays}`,
    maxAgeMs === undefined ? "" : ` --max-age-ms ${maxAgeMs}`,
  ].join("");
}

function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return `${value < 10 ? value.toFixed(1) : formatCount(value)} GB`;
}
