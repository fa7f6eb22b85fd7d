import { DAYS_PER_MONTH, DAYS_PER_YEAR, type Deployment } from "../../sizing/deployment.ts";
import type { Exceeded } from "../../sizing/limits.ts";
import { type MonthlyCost, totalOf, vaultMonth } from "../../sizing/monthly-cost.ts";
import { STORAGE_CLASSES } from "../../sizing/price.ts";
import type { Sizing } from "../../sizing/size.ts";
import { formatBytes, formatCount, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import { GIVEN } from "./price-option.ts";

/** A line of the table. */
interface Part {
  readonly part: string;
  readonly need: string;
  /** Null for a line that goes on. */
  readonly usd: number | null;
}

export function sizeText(deployment: Deployment, sizing: Sizing, exceeded: readonly Exceeded[]): string {
  const parts = [...partsOf(deployment, sizing), { part: "in all", need: "", usd: totalOf(sizing.monthlyUsd) }];
  const table = formatTable<Part>(
    [
      { head: "part", align: "left", cell: ({ part }) => part },
      { head: "a month", align: "right", cell: ({ usd }) => (usd === null ? "" : formatUsd(usd)) },
      { head: "needs", align: "left", cell: ({ need }) => need },
    ],
    parts,
  );
  const { linesPerDay, bytesPerDay } = sizing;
  const head =
    `${formatFew(deployment.linesPerSecond)} lines a second, ${formatCount(linesPerDay)} a day, ` +
    `${formatLarge(bytesPerDay)} a day; ${formatThings(deployment.logs, "log")}\n\n`;
  const limits = exceeded.map(({ what, hint }) => `limit: ${what} (hint: ${hint})\n`).join("");
  return `${head}${table}\n${classesText(deployment, sizing)}${limits}\n${pricesText(deployment)}`;
}

function partsOf(deployment: Deployment, { monthlyUsd, ...sizing }: Sizing): Part[] {
  const needs = needsOf(deployment, sizing);
  const names = Object.keys(needs) as (keyof MonthlyCost)[];
  return names.flatMap((name) =>
    needs[name].map((need, index) => ({
      part: index === 0 ? NAMES[name] : "",
      need,
      usd: index === 0 ? monthlyUsd[name] : null,
    })),
  );
}

const NAMES: Readonly<Record<keyof MonthlyCost, string>> = {
  pubsub: "Pub/Sub",
  workers: "workers",
  sealing: "sealing",
  write_ahead: "write-ahead",
  requests: "requests",
  read_back: "reading back",
  vault: "vault",
  views: "facts, look-ups",
  index: "index",
};

/** Of each part what it takes, in words, one line after the other. */
function needsOf(
  { keepYears, storageClass, coldAfterDays, retentionDays }: Deployment,
  { pubsubBytesPerDay, workers, sealing, writeAhead, requests, vault, views, index }: Omit<Sizing, "monthlyUsd">,
): Record<keyof MonthlyCost, readonly string[]> {
  const moved =
    coldAfterDays === 0 ? storageClass : `standard, after ${formatThings(coldAfterDays, "day")} ${storageClass}`;
  return {
    pubsub: [`${formatLarge(pubsubBytesPerDay)} a day published and delivered`],
    workers: [
      `${formatThings(workers.processes, "process", "processes")}, ${formatCores(workers.cores)} on average, ${formatLarge(workers.memoryBytes)} of memory`,
    ],
    sealing: [
      `${formatThings(sealing.processes, "process", "processes")}, ${formatCores(sealing.cores)} on average, ${formatLarge(sealing.memoryBytes)} of memory`,
      `${formatThings(sealing.sealsPerDay, "seal")} a day, each of ${formatThings(sealing.spanHours, "hour")} in ${formatThings(sealing.passes, "pass", "passes")}`,
    ],
    write_ahead: [
      `${formatCount(writeAhead.objectsPerDay)} objects a day of ${formatBytes(Math.round(writeAhead.objectBytes))}, ${formatCount(writeAhead.standingObjects)} at a time`,
    ],
    requests: [
      `${formatCount(requests.creates + requests.segments)} creates, ${formatCount(requests.lists)} lists, ${formatCount(requests.reads)} reads a day`,
    ],
    read_back: [
      `${formatLarge(requests.segmentBytesRead)} of segments a day, in ${formatCount(requests.segmentReads)} reads`,
    ],
    vault: [
      `${formatLarge(vault.perDay)} a day, ${formatLarge(vault.perDay * DAYS_PER_MONTH)} a month, ${formatLarge(vault.perDay * DAYS_PER_YEAR)} a year`,
      `${formatLarge(vault.inAll)} after ${formatYears(keepYears)}, ${moved}; ${formatCount(requests.segments)} files a day`,
    ],
    views: [
      `${formatLarge(views.perDay)} a day, ${formatLarge(views.inAll)} after ${formatYears(keepYears)}, standard`,
    ],
    index:
      index === null
        ? ["none"]
        : [
            `${formatThings(retentionDays, "day")}, ${formatCount(index.documents)} documents, ${formatLarge(index.bytes)} with copies`,
            `${formatThings(index.nodes, "node")}, ${formatThings(index.shards, "shard")}, ${formatCores(index.cores)} on average`,
          ],
  };
}

/** What the vault costs in the other classes. */
function classesText({ prices, keepYears }: Deployment, { vault }: Sizing): string {
  const month = (storageClass: string): string =>
    `${storageClass} ${formatUsd(vaultMonth({ prices, storageClass, coldAfterDays: 0 }, vault))}`;
  return `the vault after ${formatYears(keepYears)}, a month, by class: ${STORAGE_CLASSES.map(month).join(", ")}\n`;
}

function pricesText({ prices, storageClass, retentionDays }: Deployment): string {
  const isUsed = (name: string): boolean => {
    if (name === "index_node") return retentionDays > 0;
    const [ofClass = "", request] = name.split("_");
    return request === undefined || ofClass === "standard" || ofClass === storageClass;
  };
  const rows = Object.entries(prices)
    .filter(([name, { usd }]) => usd > 0 && isUsed(name))
    .map(([name, { usd, per, asOf }]) => `  ${name}=${usd}  for each ${per}${asOf === GIVEN ? "" : `, ${asOf}`}\n`);
  return (
    "Prices are inputs and no quotes: US dollars by list prices of the month beside each, unless --price gives another.\n" +
    rows.join("")
  );
}

export function formatUsd(usd: number): string {
  return `$${usd < 100 ? usd.toFixed(2) : formatCount(usd)}`;
}

function formatCores(cores: number): string {
  return `${cores < 10 ? cores.toFixed(2) : formatCount(cores)} cores`;
}

function formatYears(years: number): string {
  return `${years} ${years === 1 ? "year" : "years"}`;
}

/** With a digit more where there are few. */
function formatFew(count: number): string {
  return count < 10 ? String(Number(count.toPrecision(2))) : formatCount(count);
}

/** `1.2 TB`, by thousands, as clouds and disks are sold. */
function formatLarge(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}
