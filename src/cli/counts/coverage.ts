import { Command } from "commander";
import { day, integerUpTo, withPipelineOptions } from "../options/options.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { DEFAULT_DAYS, MOST_DAYS } from "./asked-options.ts";
import { coverageTables } from "./coverage-tables.ts";

const EXAMPLES = `
Examples:
  logtally coverage
  logtally coverage --as-of 2020-12-24 --days 7
  logtally coverage --json | jq '.availability[] | select(.availability == "in_part")'
`;

export interface CoverageOptions extends PipelineOptions {
  readonly asOf?: string;
  readonly days: number;
  readonly json?: true;
}

export function coverageCommand(): Command {
  const command = new Command("coverage")
    .description(
      "Computes the guide's tables for this deployment: how many of each event's lines carry what it is counted by, which " +
        "level may be reported, and which periods the archive covers. Looks at some of the newest lines as well: by what " +
        "they name their users, and whether a log arrives by two roads, so that its events count twice.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--days <n>", "how many days are looked at, before that of --as-of", integerUpTo(MOST_DAYS), DEFAULT_DAYS)
    .option(
      "--as-of <day>",
      "look at what was before this day, YYYY-MM-DD (default: the day after the newest filed hour, today where there is none)",
      day,
    )
    .option("--json", "print JSON");
  withPipelineOptions(command).addHelpText("after", EXAMPLES);
  return command.action(async (pipeline: string | undefined, options: CoverageOptions) => {
    const settings = await loadSettings(pipeline, options);
    const catalogue = await loadCatalogue(settings.cataloguePath);
    // Only here: DuckDB would add its own start-up to that of every other command.
    const { coverageOf } = await import("./coverage-of.ts");
    const report = await coverageOf({ settings, catalogue, days: options.days, asOf: options.asOf ?? null });
    await print(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : coverageTables(report));
  });
}
