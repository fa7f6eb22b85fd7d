import { Command } from "commander";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { proveUnlessStopped } from "../process/interruptible.ts";
import type { PipelineOptions } from "../settings.ts";

export interface RecountCommandOptions extends PipelineOptions {
  readonly since?: number;
  readonly until?: number;
  readonly catalogue?: string;
  readonly byDay?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally recount
  logtally recount --since 2020-12-22 --until 2020-12-23 --json
  logtally recount --catalogue my-catalogue.yaml --by-day
`;

export function recountCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("recount")
    .description(
      "Reads every archived line again, proves its bytes by the hashes and Merkle roots of the manifests, derives its " +
        "events anew, settles repeats and conflicts itself, and compares all that was counted before: the figures of " +
        "every manifest, every row of facts, and what counts answers for each day. Prints each difference and exits " +
        "with 1 where there is one. With --catalogue it counts the past by another catalogue instead, beside the " +
        "pipeline's, and changes nothing.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--since <time>", "days from that of this time on: RFC 3339, a day, or so long ago (2h, 7d)", instant)
    .option("--until <time>", "days before this time, written likewise; what has no time is in no span", instant)
    .option("--catalogue <file>", "instead: what this catalogue would count, beside the pipeline's")
    .option("--by-day", "with --catalogue: also day by day")
    .option("--json", "print JSON");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string | undefined, options: RecountCommandOptions) => {
      checkSpan(options, "recount days");
      // Only here: DuckDB would add its own start-up to that of every other command.
      const { recountArchive } = await import("./recount-archive.ts");
      const { compareCatalogues } = await import("./recount-catalogues.ts");
      const { catalogue } = options;
      await proveUnlessStopped((signal) =>
        catalogue === undefined
          ? recountArchive(pipeline, options, signal)
          : compareCatalogues(pipeline, options, catalogue, signal),
      );
    });
}
