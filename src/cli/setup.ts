import { Command } from "commander";
import type { PipelineSettings } from "../config/pipeline.ts";
import { openIndexSetup } from "./open/index-setup.ts";
import type { ServiceSetup, SetupStep } from "./open/setup-step.ts";
import { withPipelineOptions } from "./options.ts";
import { loadSettings, type PipelineOptions } from "./settings.ts";

interface SetupOptions extends PipelineOptions {
  readonly dryRun?: true;
}

const EXAMPLES = `
Examples:
  logtally setup pipelines/gitlab-com.yaml --dry-run
  logtally setup pipelines/gitlab-com.yaml && logtally check pipelines/gitlab-com.yaml
`;

/** What is done about a thing that is not as it should be. */
const DEEDS = { missing: "create", other: "update", unknown: "put" } as const;

export function setupCommand(): Command {
  const command = new Command("setup")
    .summary("create what a pipeline needs and is missing")
    .description(
      "Creates what a pipeline needs in its services and is missing, and brings up to date what is of an earlier " +
        "version. What is there as it should be stays as it is, so it can be run again. It needs more rights than run.",
    )
    .argument("<pipeline>", "pipeline file")
    .option("--dry-run", "print what would be done, and do nothing");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string, options: SetupOptions) => {
      const settings = await loadSettings(pipeline, options);
      for (const open of servicesOf(settings)) {
        const service = await open();
        try {
          for (const step of service.steps) await take(step, options.dryRun === true);
        } finally {
          await service.close();
        }
      }
    });
}

function servicesOf({ index }: PipelineSettings): readonly (() => Promise<ServiceSetup>)[] {
  return index === null ? [] : [() => openIndexSetup(index)];
}

async function take({ what, state, make }: SetupStep, isDry: boolean): Promise<void> {
  if (state === "there") {
    process.stdout.write(`there    ${what}\n`);
    return;
  }
  if (!isDry) await make();
  process.stdout.write(`${DEEDS[state].padEnd(7)}  ${what}${isDry ? " (not done: dry run)" : ""}\n`);
}
