import { relative, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { CLASS_PRICES, type ReadPrice } from "../../../archive/storage-price.ts";
import type { ArchiveSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { integerUpTo } from "../../options/options.ts";
import type { LineQueryOptions } from "../search/line-query.ts";

export interface ReplayCommandOptions extends LineQueryOptions {
  readonly to: string;
  readonly name?: string;
  readonly expires: number;
  readonly removeExpired?: true;
  readonly state?: string;
  readonly rate?: number;
  readonly price?: Readonly<Record<string, ReadPrice>>;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Where lines are brought back to. */
export type ReplayTarget =
  | { readonly kind: "output" }
  | { readonly kind: "index"; readonly name: string }
  | { readonly kind: "files"; readonly folder: string };

const MOST_RATE = 100_000_000;
const OUTPUT = "-";
const INDEX = "index";
/** No hyphen, so that no pattern of one replay's indices holds another's. */
const NAME = /^[a-z0-9_]{1,40}$/;

export function replayName(value: string): string {
  if (NAME.test(value)) return value;
  throw new InvalidArgumentError("It must be 1 to 40 of a-z, 0-9 and underscore.");
}

/** How what lies in the archive is read again, and whether it may cost. */
export function withReadingOptions(command: Command): Command {
  return command
    .option("--rate <n>", "at most so many lines a second", integerUpTo(MOST_RATE))
    .option(
      "--price <class=gib,reads>",
      "US dollars of a storage class for a GiB and for 10,000 reads, as COLDLINE=0.02,0.1; repeatable",
      classPrice,
    )
    .option("--dry-run", "print what it would read, and do nothing")
    .option("--yes", "go on where it reads more than 10 GiB or costs more than $1.00");
}

/** `COLDLINE=0.02,0.1` beside others: US dollars for a GiB, and for 10,000 reads. */
function classPrice(value: string, all: Readonly<Record<string, ReadPrice>> = {}): typeof all {
  const [, name = "", perGib = "", perReads = ""] = /^([A-Za-z_]+)=(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (name === "") throw new InvalidArgumentError("It must be CLASS=PER_GIB,PER_10000_READS, as COLDLINE=0.02,0.1.");
  return { ...all, [name.toUpperCase()]: { perGib: Number(perGib), perTenThousandReads: Number(perReads) } };
}

export function pricesOf({ price = {} }: Pick<ReplayCommandOptions, "price">): Readonly<Record<string, ReadPrice>> {
  return { ...CLASS_PRICES, ...price };
}

/** Throws `UsageError` for options that fit no target. */
export function targetOf(options: ReplayCommandOptions, archive: ArchiveSettings): ReplayTarget {
  const { to, name, dryRun, json, state } = options;
  if (to === INDEX) {
    if (name !== undefined) return { kind: "index", name };
    throw new UsageError("replay to the index: it has no name (hint: --name NAME, for PREFIX.replay-NAME-DAY)");
  }
  if (name !== undefined) throw new UsageError("replay: --name is for --to index (hint: leave it out)");
  if (state !== undefined) throw new UsageError("replay: --state is for --to index (hint: a folder notes it itself)");
  if (to === OUTPUT) {
    if (json !== true || dryRun === true) return { kind: "output" };
    throw new UsageError("replay to standard output: the lines are all that it prints (hint: leave out --json)");
  }
  if (to === "") throw new UsageError("replay lines: --to is empty (hint: index, -, or a folder)");
  if (archive.kind === "folder" && isWithin(resolve(to), archive.path)) {
    throw new UsageError(`replay to "${to}": it lies in the archive (hint: name another folder)`);
  }
  return { kind: "files", folder: resolve(to) };
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && resolve(folder, way) === path && way !== path);
}
