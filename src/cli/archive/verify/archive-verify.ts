import { Command } from "commander";
import { differenceText } from "../../../archive/audit/difference.ts";
import { listStreams } from "../../../archive/sealed-plan.ts";
import type { Finding } from "../../../archive/verify/finding.ts";
import type { KeptEnd } from "../../../archive/verify/kept-end.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { missingStreamText } from "../../open/archive/missing-stream.ts";
import { instantBefore } from "../../options/instant.ts";
import { collect, oneOf, withPipelineOptions } from "../../options/options.ts";
import { checkSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../../process/exit-code.ts";
import { proveUnlessStopped } from "../../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../../settings.ts";
import { print } from "../../terminal/print.ts";
import { createProgress, type Progress } from "../../terminal/progress.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { asLine, tell } from "../../terminal/tell.ts";
import { verifyArchive } from "./verification.ts";
import { keptEnd, readTrust } from "./verify-options.ts";
import { isVerified, LEVELS, type Level, verifyJson, verifyText } from "./verify-report.ts";

interface VerifyCommandOptions extends PipelineOptions {
  readonly level: Level;
  readonly since?: number;
  readonly until?: number;
  readonly key?: readonly string[];
  readonly after?: readonly KeptEnd[];
  readonly resume?: string;
  readonly strict?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally archive verify --archive my-archive
  logtally archive verify --archive gs://BUCKET/PREFIX --key 0123456789abcdef --level full --resume verify.state
  logtally archive verify --archive my-archive --since 2020-12-22 --until 2020-12-23 --json
`;

export function verifyCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("verify")
    .description(
      "Proves that nothing of the vault was removed, added or changed since it was signed: the chain of digests and " +
        "their signatures, and every object that they name. Works in place or on a copy, and needs only the rights to " +
        "list and to read. Prints each thing that is not so, by the name of its object, and exits with 1 where there is " +
        "one; also where there is no digest at all.",
    )
    .argument("[pipeline]", "the pipeline whose stream is verified (default: all streams, by pipelines/local.yaml)")
    .option(
      "--level <level>",
      "hashes: each object's bytes; full: also each line, and all figures",
      oneOf(LEVELS),
      "hashes",
    )
    .option("--key <key>", "a public key that you kept: its file or fingerprint; repeatable", collect(String))
    .option(
      "--after <digest>",
      "a digest that you kept, SEQUENCE:HASH or STREAM:SEQUENCE:HASH; repeatable",
      collect(keptEnd),
    )
    .option(
      "--since <time>",
      "objects of days from that of this time on: RFC 3339, a day, or so long ago (7d)",
      instant,
    )
    .option(
      "--until <time>",
      "objects of days before this time, written likewise; undated ones are in no span",
      instant,
    )
    .option("--resume <file>", "note there what was read, and go on where an earlier run has ended")
    .option("--strict", "what no digest has signed yet is a finding too")
    .option("--json", "print JSON");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string | undefined, options: VerifyCommandOptions) => {
      checkSpan(options, "verify days");
      await proveUnlessStopped((signal) => verify(pipeline, options, signal));
    });
}

/** Prints every finding and a summary. Rejects with `UsageError` or `IoError`. */
async function verify(pipeline: string | undefined, options: VerifyCommandOptions, signal: AbortSignal): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const trust = await readTrust(options.key ?? []);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const only = pipeline === undefined ? null : settings.name;
  const streams = only === null ? [] : await listStreams(store);
  if (only !== null && !streams.includes(only)) tell(missingStreamText("verify", only, streams));
  const bars: Progress[] = [];
  const showBar = (bar: Progress): void => {
    bars.at(-1)?.stop();
    bars.push(bar);
  };
  let printed = Promise.resolve();
  const printFinding = (finding: Finding): void => {
    printed = printed.then(() => print(`${asLine(differenceText(finding))}\n`));
  };
  try {
    const report = await verifyArchive({
      settings,
      store,
      level: options.level,
      only,
      span: options,
      trust,
      kept: options.after ?? [],
      statePath: options.resume ?? null,
      isStrict: options.strict === true,
      clock: SYSTEM_CLOCK,
      signal,
      onDigests: (digests) => showBar(createProgress("following the digests", digests, formatCount)),
      onObjects: (bytes) => showBar(createProgress("verifying", bytes)),
      onDone: (amount) => bars.at(-1)?.add(amount),
      onFinding: options.json === true ? () => undefined : printFinding,
    });
    bars.at(-1)?.stop();
    await printed;
    await print(options.json === true ? verifyJson(report) : verifyText(report));
    if (!isVerified(report)) process.exitCode = EXIT_NOT_RIGHT;
  } finally {
    bars.at(-1)?.stop();
  }
}
