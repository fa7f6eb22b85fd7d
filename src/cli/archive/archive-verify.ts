import { Command } from "commander";
import { differenceText } from "../../archive/audit/difference.ts";
import { type Finding, findingOf, type Unproven } from "../../archive/verify/finding.ts";
import type { KeptEnd } from "../../archive/verify/kept-end.ts";
import type { VerifiedStream } from "../../archive/verify/stream-check.ts";
import { verifyVault } from "../../archive/verify/verify.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { SealedCheck } from "../../counts/recount/sealed-check.ts";
import { openArchiveStore } from "../open/archive-store.ts";
import type { openLineCheck } from "../open/sealed-check.ts";
import { instantBefore } from "../options/instant.ts";
import { collect, oneOf, withPipelineOptions } from "../options/options.ts";
import { checkSpan, daysBetween } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp, proveUnlessStopped } from "../process/interruptible.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";
import { formatCount } from "../terminal/quantity.ts";
import { asLine } from "../terminal/tell.ts";
import { keptEnd, readTrust } from "./verify-options.ts";
import { isVerified, LEVELS, type Level, MOST_TOLD, verifyJson, verifyText } from "./verify-report.ts";
import { NO_STATE, openVerifyState } from "./verify-state.ts";

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
    .summary("prove that nothing was removed, added or changed")
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
  const { level } = options;
  const trust = await readTrust(options.key ?? []);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const startedMs = SYSTEM_CLOCK.monotonicMs();
  const told = teller(options);
  const bars: Progress[] = [];
  const showBar = (bar: Progress): void => {
    bars.at(-1)?.stop();
    bars.push(bar);
  };
  const onBytes = givingUp(signal, (bytes) => bars.at(-1)?.add(bytes));
  const catalogue = level === "full" ? await loadCatalogue(settings.cataloguePath) : null;
  const manner = { level, catalogue: catalogue?.digest ?? null };
  const state = options.resume === undefined ? NO_STATE : await openVerifyState(options.resume, manner);
  const lines = catalogue === null ? null : await openLines(settings, store, catalogue, onBytes);
  let streams: readonly VerifiedStream[];
  try {
    streams = await verifyVault({
      store,
      only: pipeline === undefined ? null : settings.name,
      takes: daysBetween(options),
      trust,
      kept: options.after ?? [],
      readLines: lines === null ? null : (plans) => lines.check(plans),
      ledger: state,
      onDigests: (digests) => showBar(createProgress("following the digests", digests, formatCount)),
      onDigest: () => onBytes(1),
      onSurveyed(surveys, totalBytes) {
        state.bindTo(surveys);
        showBar(createProgress("verifying", totalBytes));
      },
      onBytes,
      onFinding: told.onFinding,
      onUnproven: (each) => told.onUnproven(each),
    });
  } finally {
    lines?.close();
    bars.at(-1)?.stop();
  }
  await told.printed();
  const report = {
    level,
    streams,
    givenKeys: [...trust.fingerprints],
    ...told.report(),
    otherCatalogue: catalogue === null ? 0 : plansOfOthers(streams, catalogue.digest),
    notCompared: lines?.report.notCompared ?? 0,
    seconds: (SYSTEM_CLOCK.monotonicMs() - startedMs) / SECOND_MS,
  };
  await print(options.json === true ? verifyJson(report) : verifyText(report));
  if (!isVerified(report)) process.exitCode = EXIT_NOT_RIGHT;
}

/** Only at level full: DuckDB would add its own start-up to that of every other command. */
async function openLines(...parts: Parameters<typeof openLineCheck>): Promise<SealedCheck> {
  const { openLineCheck: open } = await import("../open/sealed-check.ts");
  return open(...parts);
}

function plansOfOthers(streams: readonly VerifiedStream[], catalogue: string): number {
  const others = streams.flatMap(({ catalogues }) => [...catalogues].filter(([digest]) => digest !== catalogue));
  return others.reduce((total, [, plans]) => total + plans, 0);
}

/** Keeps the first findings, and prints them at once where people read. */
function teller({ json, strict }: VerifyCommandOptions) {
  const findings: Finding[] = [];
  const unproven: Unproven[] = [];
  let findingsTotal = 0;
  let unprovenTotal = 0;
  let printed = Promise.resolve();
  const onFinding = (finding: Finding): void => {
    findingsTotal += 1;
    if (findings.length === MOST_TOLD) return;
    findings.push(finding);
    if (json !== true) printed = printed.then(() => print(`${asLine(differenceText(finding))}\n`));
  };
  return {
    onFinding,
    onUnproven(each: Unproven) {
      const { stream, object, why } = each;
      if (strict === true) return onFinding(findingOf("unproven", stream, { object, what: why }));
      unprovenTotal += 1;
      if (unproven.length < MOST_TOLD) unproven.push(each);
    },
    printed: () => printed,
    report: () => ({ findings, findingsTotal, unproven, unprovenTotal }),
  };
}
