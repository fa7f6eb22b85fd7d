import { Command, InvalidArgumentError } from "commander";
import { SECOND_MS } from "../core/units.ts";
import { FORM_NAMES, type FormName } from "../generate/form.ts";
import { planTraffic, type Wish } from "../generate/plan.ts";
import type { TrafficOptions } from "../generate/traffic.ts";
import { createTruth } from "../generate/truth.ts";
import { truthJson, truthReport } from "../generate/truth-report.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { EXIT_INTERRUPTED } from "./exit-code.ts";
import { instantBefore } from "./instant.ts";
import { integerUpTo, oneOf } from "./options.ts";
import { formatBytes, formatCount, formatThings } from "./quantity.ts";
import { stopOnSignals } from "./stop-signal.ts";
import { openOutput, type SentTotals, sendTraffic } from "./traffic-output.ts";
import { trafficProgress } from "./traffic-progress.ts";

const MOST = 999_999_999;
const MOST_BATCH = 100_000;
/** A Tuesday morning. */
const DEFAULT_START = "2020-12-22T08:00:00Z";

interface GenerateOptions {
  readonly users?: number;
  readonly lines?: number;
  readonly seconds?: number;
  readonly rate?: number;
  readonly seed: number;
  readonly start?: number;
  readonly form: FormName;
  readonly batch?: number;
  readonly redeliver: number;
  readonly republish: number;
  readonly poison: number;
  readonly output: string;
  readonly truth?: string;
}

const EXAMPLES = `
Examples:
  logtally generate --lines 100000 --truth truth.json | logtally run --from - --archive my-archive
  logtally generate --users 2000 --seconds 86400 --output day.ndjson.zst
  logtally generate --form pubsub --batch 500 --republish 0.01 --poison 0.001 --lines 50000 > dump.ndjson
  logtally generate --rate 2000 --start now | logtally run --from - --archive soak
`;

export function generateCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const start = (value: string): number => (value === "now" ? SYSTEM_CLOCK.nowMs() : instant(value));
  return new Command("generate")
    .summary("realistic traffic of a GitLab instance, with its true counts")
    .description(
      "Simulates a GitLab instance: what its users, bots and runners do, and the lines that each component leaves of " +
        "it. The same seed gives the same lines. The truth is told by the deeds, not by the lines, so that it can be " +
        "held against what counts are made of the lines.",
    )
    .option("--users <n>", "people and bots (default: 50, or what the rate needs)", integerUpTo(MOST))
    .option("--lines <n>", "end when so many lines are there; what was begun is finished", integerUpTo(MOST))
    .option("--seconds <n>", "simulated time (default: 86400, a day, unless --lines is given)", integerUpTo(MOST))
    .option("--rate <n>", "lines a second: of simulated time, and of the output", integerUpTo(MOST))
    .option("--seed <n>", "another seed, other traffic", integerUpTo(MOST), 1)
    .option("--start <time>", `when it begins: RFC 3339, a day, or now (default: ${DEFAULT_START})`, start)
    .option("--form <form>", `one of ${FORM_NAMES.join(", ")}`, oneOf(FORM_NAMES), "fluentd")
    .option("--batch <n>", "pubsub: so many records in each message, compressed by zlib", integerUpTo(MOST_BATCH))
    .option("--redeliver <share>", "pubsub: share of messages that come twice under one id, from 0 to 1", share, 0)
    .option("--republish <share>", "share of what is sent twice: lines, entries, or messages under new ids", share, 0)
    .option("--poison <share>", "bad records to each good one: cut, no JSON, no UTF-8, too deep, …", share, 0)
    .option("--output <file>", "a file (.gz and .zst are compressed), or - for standard output", "-")
    .option("--truth <file>", "write the true counts: JSON, in the words of run --json and counts --format json")
    .addHelpText("after", EXAMPLES)
    .action(generate);
}

async function generate(options: GenerateOptions): Promise<void> {
  const plan = planTraffic(wishOf(options));
  const output = await openOutput(options.output);
  const truthFile = options.truth === undefined ? null : await openOutput(options.truth);
  const truth = truthFile === null ? null : createTruth(plan.fromMs);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "what was begun is finished");
  const progress = options.output === "-" && process.stdout.isTTY ? null : trafficProgress(plan);
  const startedAtMs = SYSTEM_CLOCK.monotonicMs();
  let totals: SentTotals;
  try {
    const sending = {
      rate: options.rate ?? null,
      signal: stop.signal,
      onSent: (sent: SentTotals) => progress?.set(sent),
    };
    totals = await sendTraffic(plan, truth, output, sending);
    await output.close();
    if (truth !== null) await truthFile?.write(Buffer.from(truthJson(truthReport(truth))));
    await truthFile?.close();
  } finally {
    progress?.stop();
    releaseSignals();
  }
  const seconds = (SYSTEM_CLOCK.monotonicMs() - startedAtMs) / SECOND_MS;
  process.stderr.write(`${summary(totals, plan, seconds)}\n`);
  if (stop.signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}

function wishOf(options: GenerateOptions): Wish {
  return {
    seed: options.seed,
    fromMs: options.start ?? Date.parse(DEFAULT_START),
    users: options.users ?? null,
    lines: options.lines ?? null,
    seconds: options.seconds ?? null,
    rate: options.rate ?? null,
    form: options.form,
    batch: options.batch ?? null,
    redelivered: options.redeliver,
    republished: options.republish,
    poisoned: options.poison,
  };
}

function summary(
  { lines, rows, bytes, timeMs }: SentTotals,
  { users, fromMs }: TrafficOptions,
  seconds: number,
): string {
  const span = `${rfc3339(fromMs)} to ${rfc3339(timeMs)}`;
  const inRows = rows === lines ? "" : ` in ${formatThings(rows, "message")}`;
  const pace = `${seconds.toFixed(1)} s, ${formatCount(lines / seconds)} lines a second`;
  return `${formatThings(lines, "line")}${inRows} of ${formatThings(users, "user")}, ${span}, ${formatBytes(bytes)}; ${pace}`;
}

function rfc3339(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

function share(value: string): number {
  if (/^(?:0|1|0?\.\d{1,9}|1\.0+|0\.0+)$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a share from 0 to 1, like 0.01.");
}
