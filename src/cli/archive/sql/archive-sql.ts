import { Command } from "commander";
import { instantBefore } from "../../options/instant.ts";
import { integerUpTo, oneOf, withPipelineOptions } from "../../options/options.ts";
import { checkSpan, type TimeSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import type { PipelineOptions } from "../../settings.ts";

export const SQL_FORMATS = ["table", "json", "csv"] as const;

export interface SqlOptions extends PipelineOptions, TimeSpan {
  readonly format: (typeof SQL_FORMATS)[number];
  readonly timeout: number;
  readonly catalogue?: string;
}

const DEFAULT_SECONDS = 600;
const MOST_SECONDS = 86_400;

const EXAMPLES = `
Examples:
  logtally archive sql "SELECT event, count(*) AS events FROM facts GROUP BY event ORDER BY event"
  logtally archive sql "SELECT * FROM facts LIMIT 5" --format json
  logtally archive sql "SELECT root_group, count(*) FROM facts GROUP BY ALL" --since 2020-12-22 --format csv
`;

export function sqlCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("sql")
    .description(
      "Asks one SELECT over the view facts, which has each event of a line once: in DuckDB's SQL, without access to " +
        "anything else. Columns that tell persons apart are there only where the deployment lets rows of them be reported.",
    )
    .argument("<select>", "the statement")
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--since <time>", "facts of this time and later: RFC 3339, a day, or so long ago (30m, 2h, 7d)", instant)
    .option("--until <time>", "facts before this time, written likewise; one without time is in no span", instant)
    .option("--format <format>", `one of ${SQL_FORMATS.join(", ")}`, oneOf(SQL_FORMATS), "table")
    .option("--timeout <s>", "give up after so many seconds", integerUpTo(MOST_SECONDS), DEFAULT_SECONDS)
    .option("--catalogue <file>", "the events of this catalogue (default: the pipeline's)");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (select: string, pipeline: string | undefined, options: SqlOptions) => {
      checkSpan(options, "ask SQL of facts");
      // Only here: DuckDB would add its own start-up to that of every other command.
      const { askSql } = await import("./sql-answer.ts");
      await askSql(select, pipeline, options);
    });
}
