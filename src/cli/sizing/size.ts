import { Command, InvalidArgumentError } from "commander";
import { UsageError } from "../../core/fault.ts";
import { MIB } from "../../core/units.ts";
import { DAY_SECONDS, type Deployment } from "../../sizing/deployment.ts";
import { exceededLimits } from "../../sizing/limits.ts";
import { MEASURED } from "../../sizing/measured.ts";
import { DEFAULT_PRICES, type Prices, STORAGE_CLASSES } from "../../sizing/price.ts";
import { sizeOf } from "../../sizing/size.ts";
import { MAX_BATCH_MESSAGES } from "../open/input/pipeline-input.ts";
import { amount } from "../options/amount.ts";
import { integerUpTo, oneOf } from "../options/options.ts";
import { print } from "../terminal/print.ts";
import { priceOption } from "./price-option.ts";
import { sizeJson } from "./size-json.ts";
import { sizeText } from "./size-text.ts";

export interface SizeOptions {
  readonly linesPerSecond?: number;
  readonly gbPerDay?: number;
  readonly lineBytes: number;
  readonly peak: number;
  readonly logs: number;
  readonly users: number;
  readonly retentionDays: number;
  readonly keepYears: number;
  readonly maxAgeMs?: number;
  readonly linesPerCpuSecond: number;
  readonly class: (typeof STORAGE_CLASSES)[number];
  readonly coldAfterDays: number;
  readonly price?: Prices;
  readonly json?: true;
}

const MOST_DAYS = 36_500;
const MOST_LOGS = 10_000;
const MOST_AGE_MS = 3_600_000;
/** As pipelines have it. */
const BATCH_BYTES = 64 * MIB;
const [AGE_MS, INDEXED_AGE_MS] = [5000, 1000];
const GB = 1e9;

const EXAMPLES = `
Examples:
  logtally size --gb-per-day 100 --keep-years 7
  logtally size --lines-per-second 20000 --logs 6 --retention-days 0 --max-age-ms 30000
  logtally size --gb-per-day 1000 --logs 10 --cold-after-days 2 --price pubsub=32 --json
`;

export function sizeCommand(): Command {
  return new Command("size")
    .description(
      "Says what a deployment needs: workers, objects, storage, an index, and about what it costs in a month. Figures of a " +
        "line are measured; prices are inputs and no quotes, and what they are by default is of the date that stands beside " +
        "them.",
    )
    .option("--lines-per-second <n>", "lines of all logs, on the average of a day", amount)
    .option("--gb-per-day <n>", "the same as raw bytes, in units of 1,000,000,000", amount)
    .option("--line-bytes <n>", "bytes of a line, on average", amount, MEASURED.lineBytes.value)
    .option("--peak <n>", "how many times the average a busy hour has", peak, 2)
    .option("--logs <n>", "logs, each with a topic, a pipeline and a stream of its own", integerUpTo(MOST_LOGS), 1)
    .option("--users <n>", "users who do something on a day", amount, 10_000)
    .option("--retention-days <n>", "days that an index keeps documents; 0 for no index", days, 0)
    .option("--keep-years <n>", "years that the archive is kept", amount, 1)
    .option(
      "--max-age-ms <n>",
      `batch.max_age_ms (default: ${AGE_MS}, with an index ${INDEXED_AGE_MS})`,
      integerUpTo(MOST_AGE_MS),
    )
    .option("--lines-per-cpu-second <n>", "what a core of yours archives", amount, MEASURED.linesPerCpuSecond.value)
    .option(
      "--class <class>",
      `storage class of what is sealed: one of ${STORAGE_CLASSES.join(", ")}`,
      oneOf(STORAGE_CLASSES),
      "coldline",
    )
    .option("--cold-after-days <n>", "days until a rule of the bucket moves it there; 0 for at once", days, 0)
    .option("--price <name=usd>", "another price; repeatable (default: list prices, as printed)", priceOption)
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(size);
}

/** The busiest hour has no less than the average. */
function peak(value: string): number {
  if (amount(value) >= 1) return amount(value);
  throw new InvalidArgumentError("It must be 1 or more: the busiest hour has no less than the average.");
}

/** A whole number from 0. */
function days(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= MOST_DAYS) return Number(value);
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MOST_DAYS}.`);
}

async function size(options: SizeOptions): Promise<void> {
  const deployment = deploymentOf(options);
  const sizing = sizeOf(deployment);
  const exceeded = exceededLimits(deployment, sizing);
  const text = options.json === true ? sizeJson : sizeText;
  await print(text(deployment, sizing, exceeded));
}

/** Throws `UsageError` where it is not said how much there is. */
export function deploymentOf(options: SizeOptions): Deployment {
  const { lineBytes, retentionDays, maxAgeMs = retentionDays === 0 ? AGE_MS : INDEXED_AGE_MS } = options;
  return {
    linesPerSecond: linesPerSecondOf(options),
    lineBytes,
    peak: options.peak,
    logs: options.logs,
    users: options.users,
    retentionDays,
    keepYears: options.keepYears,
    batch: { maxLines: MAX_BATCH_MESSAGES, maxBytes: BATCH_BYTES, maxAgeMs },
    linesPerCpuSecond: options.linesPerCpuSecond,
    storageClass: options.class,
    coldAfterDays: options.coldAfterDays,
    prices: options.price ?? DEFAULT_PRICES,
  };
}

function linesPerSecondOf({ linesPerSecond, gbPerDay, lineBytes }: SizeOptions): number {
  if (linesPerSecond !== undefined && gbPerDay !== undefined) {
    throw new UsageError("size a deployment: both --lines-per-second and --gb-per-day (hint: name one of them)");
  }
  if (linesPerSecond !== undefined) return linesPerSecond;
  if (gbPerDay !== undefined) return (gbPerDay * GB) / lineBytes / DAY_SECONDS;
  throw new UsageError("size a deployment: no traffic is named (hint: --lines-per-second N, or --gb-per-day N)");
}
