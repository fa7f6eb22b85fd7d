import { Command } from "commander";
import { UsageError } from "../../core/fault.ts";
import { PERIODS } from "../../counts/period.ts";
import { LEVELS } from "../../counts/reporting-policy.ts";
import { SEGMENTS } from "../../counts/segment.ts";
import { collect, day, integerUpTo, oneOf, withPipelineOptions } from "../options/options.ts";
import { print } from "../terminal/print.ts";
import {
  type CountsOptions,
  checkFormatOptions,
  DEFAULT_DAYS,
  FORMATS,
  type Format,
  MOST_DAYS,
} from "./asked-options.ts";

const MOST_DIGESTS = 99_999_999;
const EXAMPLES = `
Examples:
  logtally counts --by group --event git_push git_fetch --period 28d
  logtally counts --by plan --period daily --days 7 --format csv > plans.csv
  logtally counts --by group --format parquet > groups.parquet
  logtally counts --by plan --format prometheus > plans.prom
  logtally counts --as-of 2020-12-21 --format service-ping
  logtally counts --as-of 2020-12-24 --format json
  logtally counts --event git_push --period 28d --evidence
`;

export function countsCommand(): Command {
  const command = new Command("counts")
    .description(
      "Counts the events, exactly and from the archive alone: each once, however often its line came. What may be " +
        "asked at identifiable level is up to the deployment; the rest is refused, naming the rule.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--by <segment>", `one of ${SEGMENTS.join(", ")}`, oneOf(SEGMENTS), "instance")
    .option("--level <level>", `one of ${LEVELS.join(", ")}`, oneOf(LEVELS), "aggregate")
    .option("--event <name...>", "only these events (default: all)")
    .option(
      "--period <period>",
      `one of ${PERIODS.join(", ")}; repeatable (default: all four, for prometheus all but daily)`,
      collect(oneOf(PERIODS)),
    )
    .option("--days <n>", "how many days daily counts go back", integerUpTo(MOST_DAYS), DEFAULT_DAYS)
    .option(
      "--as-of <day>",
      "count what was before this day, YYYY-MM-DD (default: the day after the newest filed hour, today where there is none)",
      day,
    )
    .option(
      "--as-of-digest <n>",
      "count what the stream's signed digests name up to this one, and nothing else: the same answer at any time",
      integerUpTo(MOST_DIGESTS),
    )
    .option("--no-sessions", "leave out the sessions, which take longest of all that is counted")
    .option("--format <format>", `one of ${FORMATS.join(", ")}`, oneOf(FORMATS), "table")
    .option("--json", "the same as --format json")
    .option("--catalogue <file>", "count the events of this catalogue (default: the pipeline's)")
    .option("--evidence", "also list what the counts rest on: manifests with their hashes, and what is not sealed");
  withPipelineOptions(command).addHelpText("after", EXAMPLES);
  return command.action(async (pipeline: string | undefined, options: CountsOptions) => {
    // Only here: DuckDB would add its own start-up to that of every other command.
    const { countsAnswer } = await import("./counts-text.ts");
    const names = command.options.map((option) => option.attributeName());
    const given = names.filter((name) => command.getOptionValueSource(name) === "cli");
    const asked = { ...options, format: formatOf(options, given) };
    checkFormatOptions(asked, given, process.stdout.isTTY);
    await print(await countsAnswer(pipeline, asked));
  });
}

/** Throws `UsageError` where two are asked for; `given` are the options on the command line. */
function formatOf({ json, format }: CountsOptions, given: readonly string[]): Format {
  if (json !== true) return format;
  if (format === "json" || !given.includes("format")) return "json";
  throw new UsageError(`count events: --json with --format ${format} (hint: leave one of them out)`);
}
