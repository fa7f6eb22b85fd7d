import { Command } from "commander";
import { readArchiveStats, type StoredDay } from "../../archive/archive-stats.ts";
import { LANES } from "../../core/line.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, hoursOverlap, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import { monthlyPrices, retrievalPrices } from "./search/price-text.ts";

interface StatsOptions extends PipelineOptions, TimeSpan {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally archive stats --archive my-archive
  logtally archive stats --since 30d --json
`;

export function statsCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("stats")
    .description(
      "Adds up what an archive holds, by stream and day: lines, sizes, lanes, lines in quarantine, first and last time, and " +
        "about what it costs to keep. Manifests and block tables tell; no line is read.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--since <time>", "only what may hold lines filed at this time or later: RFC 3339, a day, or 7d", instant)
    .option("--until <time>", "only what may hold lines filed before this time, written likewise", instant)
    .option("--json", "print a JSON line for each day");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(stats);
}

async function stats(pipeline: string | undefined, options: StatsOptions): Promise<void> {
  checkSpan(options, "add up an archive");
  const { archive } = await loadSettings(pipeline, options);
  const store = await openArchiveStore(archive);
  await store.check("read");
  const days = await readArchiveStats(store, hoursOverlap(options));
  await print(options.json === true ? days.map((day) => `${JSON.stringify(statsJson(day))}\n`).join("") : asText(days));
}

function statsJson(day: StoredDay): object {
  return {
    stream: day.stream,
    day: day.day,
    sealed: day.day !== null,
    segments: day.segments,
    lines: day.lines,
    raw_bytes: day.rawBytes,
    stored_bytes: day.storedBytes,
    lanes: day.lanes,
    quarantined: day.quarantined,
    first_time: timeText(day.firstTimeMs),
    last_time: timeText(day.lastTimeMs),
  };
}

function timeText(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

function asText(days: readonly StoredDay[]): string {
  if (days.length === 0) return "nothing is stored\n";
  const table = formatTable(
    [
      { head: "stream", align: "left", cell: ({ stream }) => stream },
      { head: "day", align: "left", cell: ({ day }) => day ?? "not sealed" },
      { head: "segments", align: "right", cell: ({ segments }) => formatCount(segments) },
      { head: "lines", align: "right", cell: ({ lines }) => formatCount(lines) },
      { head: "raw", align: "right", cell: ({ rawBytes }) => formatBytes(rawBytes) },
      { head: "stored", align: "right", cell: ({ storedBytes }) => formatBytes(storedBytes) },
      { head: "ratio", align: "right", cell: ({ rawBytes, storedBytes }) => formatRatio(rawBytes, storedBytes) },
      { head: "quarantined", align: "right", cell: ({ quarantined }) => countText(quarantined) },
      { head: "other lanes", align: "left", cell: lanesText },
      { head: "first time", align: "left", cell: ({ firstTimeMs }) => timeText(firstTimeMs) ?? "" },
      { head: "last time", align: "left", cell: ({ lastTimeMs }) => timeText(lastTimeMs) ?? "" },
    ],
    days,
  );
  return `${table}${totalText(days)}`;
}

function countText(count: number | null): string {
  return count === null ? "" : formatCount(count);
}

function lanesText({ lanes }: StoredDay): string {
  if (lanes === null) return "";
  const others = LANES.filter((lane) => lane !== "line" && lane !== "quarantine" && lanes[lane] !== undefined);
  return others.map((lane) => `${lane} ${countText(lanes[lane] ?? 0)}`).join(", ");
}

function totalText(days: readonly StoredDay[]): string {
  const sum = (value: (day: StoredDay) => number): number => days.reduce((total, day) => total + value(day), 0);
  const stored = sum(({ storedBytes }) => storedBytes);
  return (
    `${formatThings(
      sum(({ lines }) => lines),
      "line",
    )}, ${formatBytes(stored)} stored\n` +
    `by list prices of Cloud Storage a month costs: ${monthlyPrices(stored)}\n` +
    `reading all of it back: ${retrievalPrices(stored)}\n`
  );
}
