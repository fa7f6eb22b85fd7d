import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { replaceNamedFile } from "../../backends/files/replace-file.ts";
import { UsageError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import { FORM_NAMES, type FormName } from "../../generate/form.ts";
import { goTime } from "../../generate/log-time.ts";
import { planTraffic, type Wish } from "../../generate/plan.ts";
import type { TrafficOptions } from "../../generate/traffic.ts";
import { createTruth } from "../../generate/truth.ts";
import { truthJson, truthReport } from "../../generate/truth-report.ts";
import { instantBefore } from "../options/instant.ts";
import { integerUpTo, oneOf } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { openOutput } from "../terminal/output.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatCount, formatThings } from "../terminal/quantity.ts";
import { type SentTraffic, sendTraffic } from "./send-traffic.ts";

const MOST_AMOUNT = 999_999_999;
/** A message of more may be larger than its readers take. */
const MOST_BATCH = 10_000;
/** As for any new file: the umask takes from it. */
const TRUTH_MODE = 0o666;
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
    .description(
      "Simulates a GitLab instance: what its users, bots and runners do, and the lines that each component leaves of " +
        "it. The same seed gives the same lines. The truth is told by the deeds, not by the lines, so that it can be " +
        "held against what counts are made of the lines.",
    )
    .option("--users <n>", "people and bots (default: 50, or what the rate needs)", integerUpTo(MOST_AMOUNT))
    .option(
      "--lines <n>",
      "end when so many lines are there; what was begun is finished, so a few more come",
      integerUpTo(MOST_AMOUNT),
    )
    .option(
      "--seconds <n>",
      "simulated time (default: 86400, a day, unless --lines is given)",
      integerUpTo(MOST_AMOUNT),
    )
    .option("--rate <n>", "lines a second: of simulated time, and of the output", integerUpTo(MOST_AMOUNT))
    .option("--seed <n>", "another seed, other traffic", integerUpTo(MOST_AMOUNT), 1)
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
  await checkTruthPath(options);
  const output = await openOutput(options.output);
  const truth = options.truth === undefined ? null : createTruth(plan.fromMs);
  const startedAtMs = SYSTEM_CLOCK.monotonicMs();
  const sent = await sendTraffic(plan, truth, output, {
    rate: options.rate ?? null,
    showsProgress: options.output !== "-" || !process.stdout.isTTY,
    onStop: "what was begun is finished",
  });
  // Whole or not at all: a truth about a part would be none.
  if (truth !== null && options.truth !== undefined) await writeTruth(options.truth, truthJson(truthReport(truth)));
  const seconds = (SYSTEM_CLOCK.monotonicMs() - startedAtMs) / SECOND_MS;
  process.stderr.write(`${summary(sent, plan, seconds)}\n`);
  if (sent.isInterrupted) process.exitCode = EXIT_INTERRUPTED;
}

/** Before any line is written: a truth that has no place would come too late. Rejects with `UsageError`. */
async function checkTruthPath({ truth, output }: GenerateOptions): Promise<void> {
  if (truth === undefined) return;
  if (truth === output || (truth !== "-" && resolve(truth) === resolve(output))) {
    throw new UsageError(`write truth "${truth}": the lines go there (hint: name another file)`);
  }
  if (truth === "-") return;
  const folder = await stat(dirname(truth)).catch(() => null);
  if (folder?.isDirectory() === true) return;
  throw new UsageError(`write truth "${truth}": its folder is not there (hint: make its folder first)`);
}

async function writeTruth(path: string, text: string): Promise<void> {
  if (path === "-") await print(text);
  else await replaceNamedFile(path, text, TRUTH_MODE);
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
  { lines, rows, bytes, timeMs }: SentTraffic,
  { users, fromMs }: TrafficOptions,
  seconds: number,
): string {
  const span = `${goTime(fromMs)} to ${goTime(timeMs)}`;
  const inRows = rows === lines ? "" : ` in ${formatThings(rows, "message")}`;
  const pace = `${seconds.toFixed(1)} s, ${formatCount(lines / seconds)} lines a second`;
  return `${formatThings(lines, "line")}${inRows} of ${formatThings(users, "user")}, ${span}, ${formatBytes(bytes)}; ${pace}`;
}

function share(value: string): number {
  if (/^(?:0|1|0?\.\d{1,9}|1\.0+|0\.0+)$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a share from 0 to 1, like 0.01.");
}
