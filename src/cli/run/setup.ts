import { Command } from "commander";
import type { IndexSettings, PipelineSettings } from "../../config/pipeline.ts";
import { openArchiveSetup } from "../open/archive/archive-setup.ts";
import { confirmLock } from "../open/archive/retention-setup.ts";
import { openIndexSetup } from "../open/cluster/index-setup.ts";
import { openSubscriptionSetup } from "../open/input/subscription-setup.ts";
import { openKibanaSetup } from "../open/kibana/kibana-setup.ts";
import type { ServiceSetup, SetupStep } from "../open/setup-step.ts";
import { withPipelineOptions } from "../options/options.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";

interface SetupOptions extends PipelineOptions {
  readonly dryRun?: true;
  readonly lockRetention?: true;
  readonly overwriteChanged?: true;
  readonly yes?: true;
}

const EXAMPLES = `
Examples:
  logtally setup pipelines/gitlab-com.yaml --dry-run
  logtally setup pipelines/gitlab-com.yaml && logtally check pipelines/gitlab-com.yaml
  logtally setup pipelines/gitlab-com.yaml --lock-retention
`;

/** What is done about a thing that is not as it should be. */
const DEEDS = { missing: "create", other: "update", unknown: "put" } as const;

export function setupCommand(): Command {
  const command = new Command("setup")
    .description(
      "Creates what pipelines need in their services and is missing, and brings up to date what is of an earlier " +
        "version. What is there as it should be stays as it is, so it can be run again. It needs more rights than run.",
    )
    .argument("<pipeline...>", "pipeline files")
    .option("--dry-run", "print what would be done, and do nothing")
    .option("--lock-retention", "also lock the retention of the vault's bucket: for ever, nobody can undo it")
    .option("--overwrite-changed", "also overwrite dashboards and searches that somebody changed in Kibana")
    .option("--yes", "lock it without asking for the bucket's name");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipelines: readonly string[], options: SetupOptions) => {
      const isDry = options.dryRun === true;
      for (const pipeline of pipelines) {
        const settings = await loadSettings(pipeline, options);
        const locks = options.lockRetention === true;
        if (locks && !isDry) await confirmLock(settings.archive, options.yes === true);
        const overwrites = options.overwriteChanged === true;
        for (const open of servicesOf(settings, locks, overwrites)) await setUp(await open(), isDry);
      }
    });
}

function servicesOf(
  { archive, source, index }: PipelineSettings,
  locks: boolean,
  overwritesChanged: boolean,
): readonly (() => Promise<ServiceSetup>)[] {
  return [
    () => openArchiveSetup(archive, locks),
    ...(source.kind === "pubsub" ? [() => openSubscriptionSetup(source)] : []),
    ...(index === null ? [] : [() => openIndexSetup(index)]),
    ...(index === null ? [] : kibanaSetup(index, overwritesChanged)),
  ];
}

function kibanaSetup({ kibana, ...index }: IndexSettings, overwritesChanged: boolean) {
  return kibana === null ? [] : [() => openKibanaSetup({ ...index, kibana }, overwritesChanged)];
}

async function setUp(service: ServiceSetup, isDry: boolean): Promise<void> {
  try {
    for (const step of service.steps) await take(step, isDry);
    for (const command of service.byHand) await print(`by hand  ${command}\n`);
  } finally {
    await service.close();
  }
}

async function take({ what, state, make }: SetupStep, isDry: boolean): Promise<void> {
  if (state === "there") {
    await print(`there    ${what}\n`);
    return;
  }
  if (!isDry) await make();
  await print(`${DEEDS[state].padEnd(7)}  ${what}${isDry ? " (not done: dry run)" : ""}\n`);
}
