import { Command } from "commander";
import { dayName } from "../core/hour.ts";
import { countsCsv, countsJson, countsTable } from "../counts/count-report.ts";
import { type CountQuery, countRows, defaultAsOf, type PeriodName, type Segment } from "../counts/cube.ts";
import { onlyInstance } from "../counts/instances.ts";
import { checkEventName } from "./event-name.ts";
import { openFacts } from "./facts.ts";
import { collect, day, oneOf, positiveInteger, withPipelineOptions } from "./options.ts";
import { formatCount } from "./quantity.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "./settings.ts";
import { SYSTEM_CLOCK } from "./worker.ts";

const SEGMENTS = ["instance", "plan", "group", "user", "project", "detail", "category", "operation"] as const;
const PERIODS = ["all", "28d", "7d", "daily"] as const;
const FORMATS = ["table", "json", "csv"] as const;
const DEFAULT_DAYS = 28;

export interface CountsOptions extends PipelineOptions {
  readonly by: Segment;
  readonly event?: readonly string[];
  readonly period?: readonly PeriodName[];
  readonly days: number;
  readonly asOf?: string;
  readonly format: (typeof FORMATS)[number];
  readonly catalogue?: string;
  readonly json?: true;
}

export function countsCommand(): Command {
  const command = new Command("counts")
    .summary("the events, counted from the archive alone")
    .description(
      "Counts the events, exactly and from the archive alone: each once, however often its line came.\n" +
        "Totals by segment at aggregate level; sessions and identifiable rows are not built yet.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--by <segment>", `one of ${SEGMENTS.join(", ")}`, oneOf(SEGMENTS), "instance")
    .option("--event <name...>", "only these events")
    .option(
      "--period <period>",
      `one of ${PERIODS.join(", ")} (repeatable, default: all four)`,
      collect(oneOf(PERIODS)),
    )
    .option("--days <n>", "how many days daily counts go back", positiveInteger, DEFAULT_DAYS)
    .option("--as-of <day>", "count what was before this day (default: the day after the newest hour)", day)
    .option("--format <format>", `one of ${FORMATS.join(", ")}`, oneOf(FORMATS), "table")
    .option("--json", "the same as --format json")
    .option("--catalogue <file>", "count the events of this catalogue instead of the pipeline's");
  return withPipelineOptions(command).action(async (pipeline: string | undefined, options: CountsOptions) => {
    process.stdout.write(await countsText(pipeline, options.json ? { ...options, format: "json" } : options));
  });
}

/** What `counts` prints. Rejects with `UsageError` or `IoError`. */
export async function countsText(pipeline: string | undefined, options: CountsOptions): Promise<string> {
  const settings = await loadSettings(pipeline, options);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  for (const event of options.event ?? []) checkEventName(event, catalogue);
  const { table, pseudonymKey } = await openFacts(settings, catalogue);
  try {
    const asOf = options.asOf ?? (await defaultAsOf(table)) ?? dayName(SYSTEM_CLOCK.nowMs());
    const query: CountQuery = {
      by: options.by,
      events: options.event ?? null,
      periods: options.period ?? PERIODS,
      days: options.days,
      asOf,
    };
    const rows = await countRows(table, query);
    const conflicts = await table.conflicts();
    if (conflicts > 0) {
      process.stderr.write(
        `${formatCount(conflicts)} ids came with different bytes: each is counted once, all are kept\n`,
      );
    }
    if (options.format === "csv") return countsCsv(rows);
    if (options.format === "table") return countsTable(rows, query);
    const { deployment } = settings;
    const instance = settings.instance ?? (await onlyInstance(table));
    const header = {
      asOf,
      deployment,
      instance,
      level: "aggregate" as const,
      catalogue: catalogue.digest,
      pseudonymKey,
    };
    return countsJson(header, rows);
  } finally {
    table.close();
  }
}
