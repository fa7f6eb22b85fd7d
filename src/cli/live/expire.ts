import { Command, InvalidArgumentError } from "commander";
import type { FoundIndex } from "../../backends/elasticsearch/day-indices.ts";
import type { IndexSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { DAY_MS } from "../../core/units.ts";
import { expiryOf } from "../../indexing/expiry.ts";
import { dayPatterns } from "../../indexing/index-name.ts";
import { openClusterOf } from "../open/cluster/cluster.ts";
import { withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";

interface ExpireOptions extends PipelineOptions {
  /** Days. */
  readonly olderThan?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** What was removed of a pipeline's index, or would be. */
interface Expired {
  readonly removed: readonly FoundIndex[];
  readonly unmarked: readonly string[];
}

const EXAMPLES = `
Examples:
  logtally index expire pipelines/gitlab-com.yaml --dry-run
  logtally index expire pipelines/gitlab-com.yaml --older-than 30d
`;

export function expireCommand(): Command {
  const command = new Command("expire")
    .description(
      "Removes the indices of lines, quarantine and health whose day has been over for index.keep_days, and those of no " +
        "day that were made so long ago: only those that logtally has made. The archive keeps every line, and can make " +
        "an index of it again.",
    )
    .argument("<pipeline...>", "pipeline files")
    .option("--older-than <days>", "days to keep, as 30d (default: index.keep_days)", days)
    .option("--dry-run", "print what would be removed, and remove nothing")
    .option("--json", "print a JSON line for each pipeline");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipelines: readonly string[], options: ExpireOptions) => {
      for (const pipeline of pipelines) await expirePipeline(pipeline, options);
    });
}

/** `30d` */
function days(value: string): number {
  const [, count = ""] = /^([1-9]\d{0,4})d$/.exec(value) ?? [];
  if (count === "") throw new InvalidArgumentError("It must be a number of days: 30d.");
  return Number(count);
}

async function expirePipeline(pipeline: string, options: ExpireOptions): Promise<void> {
  const { name, index } = await loadSettings(pipeline, options);
  if (index === null) {
    throw new UsageError(`expire indices: pipeline "${name}" has none (hint: add the section index to its file)`);
  }
  const isDry = options.dryRun === true;
  const keepMs = options.olderThan === undefined ? index.keepMs : options.olderThan * DAY_MS;
  const { removed, unmarked } = await expireIndices(index, keepMs, isDry, async (each) => {
    if (options.json !== true) await print(`${isDry ? "expired" : "removed"}  ${each.name}  ${amountText([each])}\n`);
  });
  if (keepMs < index.keepMs) {
    const hint = "the ledger tells them as missing, and late lines bring an index back: index.keep_days for good";
    tell(`fewer days are kept than the pipeline says, ${keepMs / DAY_MS} of ${index.keepMs / DAY_MS} (hint: ${hint})`);
  }
  for (const each of unmarked) {
    tell(
      `index "${each}" stays: it carries no note of logtally (hint: where it is an old one of ours, remove it by hand)`,
    );
  }
  if (options.json === true) {
    const indices = removed.map((each) => ({ index: each.name, documents: each.documents, bytes: each.bytes }));
    const keepDays = keepMs / DAY_MS;
    await print(`${JSON.stringify({ pipeline: name, dry_run: isDry, keep_days: keepDays, indices, unmarked })}\n`);
    return;
  }
  const total = `${formatThings(removed.length, "index", "indices")}, ${amountText(removed)}`;
  process.stderr.write(`${isDry ? "would remove" : "removed"} ${total}; the archive has every line of them\n`);
}

/** Calls `onEach` when an index is gone, or would be. Rejects with `UsageError` for a missing secret, with `IoError`. */
async function expireIndices(
  settings: IndexSettings,
  keepMs: number,
  isDry: boolean,
  onEach: (index: FoundIndex) => Promise<void>,
): Promise<Expired> {
  const { listDayIndices } = await import("../../backends/elasticsearch/day-indices.ts");
  const { removeIndex } = await import("../../backends/elasticsearch/marked-indices.ts");
  const cluster = await openClusterOf(settings);
  try {
    const found = await listDayIndices(cluster, dayPatterns(settings.prefix));
    const { expired, unmarked } = expiryOf(found, settings.prefix, keepMs, SYSTEM_CLOCK.nowMs());
    for (const each of expired) {
      if (!isDry) await removeIndex(cluster, each.name);
      await onEach(each);
    }
    return { removed: expired, unmarked };
  } finally {
    await cluster.close();
  }
}

function amountText(indices: readonly FoundIndex[]): string {
  const sum = (of: (index: FoundIndex) => number | null): number =>
    indices.reduce((total, index) => total + (of(index) ?? 0), 0);
  return `${formatThings(
    sum(({ documents }) => documents),
    "document",
  )}, ${formatBytes(sum(({ bytes }) => bytes))}`;
}
