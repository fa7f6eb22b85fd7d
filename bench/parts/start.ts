/**
 * Goal: how long the program takes to its help, and to the first line in the archive; from a checkout, and as it is built.
 * Method: commands as a user starts them, beside Node without a program, in turn and round after round. A line is archived
 * when its object is there. Once compiled code is there, as from the second start on, and once without.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import type { Goal } from "../measuring/goal.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
/** Few: reading them takes no time. */
const LINES = 100;
const MOST_HELP_MS = 120;
const MOST_RUN_MS = 400;
const LOOK_EVERY_MS = 2;
const BARE_NODE = "node -e 0";
const ARCHIVE = "archive";
const PACKAGE = "package";

/** What is started. */
interface Start {
  readonly name: string;
  readonly args: readonly string[];
  /** The file that is its standard input. */
  readonly input: string;
  /** True where it is measured to the first object of the archive, false where to the end of the process. */
  readonly archives: boolean;
  readonly mostMs: number | null;
}

interface Started {
  readonly name: string;
  readonly mostMs: number | null;
  readonly warmMs: number;
  /** Without compiled code of a start before. */
  readonly coldMs: number;
  /** Above Node without a program, of the same rounds. */
  readonly aboveNodeMs: number;
}

const COLUMNS: readonly Column<Started>[] = [
  { head: "", align: "left", cell: ({ name }) => name },
  { head: "milliseconds", align: "right", cell: ({ warmMs }) => warmMs.toFixed(0) },
  { head: "above bare Node", align: "right", cell: ({ aboveNodeMs }) => aboveNodeMs.toFixed(0) },
  { head: "first start", align: "right", cell: ({ coldMs }) => coldMs.toFixed(0) },
];

export async function measureStart(rounds: number): Promise<Report> {
  const corpus = await openCorpus(LINES);
  const folder = mkdtempSync(join(DATA, "start-"));
  try {
    const all = [
      { name: BARE_NODE, args: ["-e", "0"], input: devNull, archives: false, mostMs: null },
      ...startsOf("", join(CHECKOUT, "bin/logtally.js"), corpus.path, folder),
      ...startsOf(", built", buildPackage(join(folder, PACKAGE)), corpus.path, folder),
    ];
    const started = await measureAll(all, rounds, folder);
    const title = `${LINES} lines of a file and of standard input; medians of ${formatThings(rounds, "round")}`;
    return reportOf(title, COLUMNS, started, started.flatMap(goalOf));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startsOf(suffix: string, program: string, corpus: string, folder: string): Start[] {
  const archive = ["--archive", join(folder, ARCHIVE)];
  return [
    { name: `--help${suffix}`, args: [program, "--help"], input: devNull, archives: false, mostMs: MOST_HELP_MS },
    {
      name: `run to the first line archived${suffix}`,
      args: [program, "run", "--from", corpus, ...archive],
      input: devNull,
      archives: true,
      mostMs: MOST_RUN_MS,
    },
    {
      name: `run from standard input${suffix}`,
      args: [program, "run", "--from", "-", ...archive],
      input: corpus,
      archives: true,
      mostMs: MOST_RUN_MS,
    },
  ];
}

/** Builds the published package, and lays its program out without sources beside it. */
function buildPackage(folder: string): string {
  execFileSync(process.execPath, [join(CHECKOUT, "scripts/build.ts")], { stdio: ["ignore", 2, 2] });
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const name of ["dist", "pipelines", "package.json", "node_modules"]) {
    symlinkSync(join(CHECKOUT, name), join(folder, name));
  }
  const program = join(folder, "bin/logtally.js");
  copyFileSync(join(CHECKOUT, "bin/logtally.js"), program);
  return program;
}

/** One round that fills the cache of compiled code and does not count, then the others. */
async function measureAll(all: readonly Start[], rounds: number, folder: string): Promise<Started[]> {
  const warm = all.map((): number[] => []);
  const cold = all.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? "warm-up\n" : `start, round ${round} of ${rounds}\n`);
    for (const [at, start] of all.entries()) {
      const warmMs = await measureOne(start, folder, join(folder, "cache"));
      const coldMs = await measureOne(start, folder, join(folder, "cold"));
      rmSync(join(folder, "cold"), { recursive: true, force: true });
      if (round === 0) continue;
      warm[at]?.push(warmMs);
      cold[at]?.push(coldMs);
    }
  }
  return all.map(({ name, mostMs }, at) => ({
    name,
    mostMs,
    warmMs: median(warm[at] ?? []),
    coldMs: median(cold[at] ?? []),
    aboveNodeMs: median((warm[at] ?? []).map((ms, round) => ms - (warm[0]?.[round] ?? Number.NaN))),
  }));
}

/** `cache` is where compiled code lies. Resolves with milliseconds; what comes about is removed. */
async function measureOne({ name, args, input, archives }: Start, folder: string, cache: string): Promise<number> {
  const stdin = openSync(input, "r");
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: [stdin, "ignore", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  closeSync(stdin);
  const ended = once(child, "exit");
  const archive = join(folder, ARCHIVE);
  if (archives) while (!hasObject(archive) && child.exitCode === null) await pause(LOOK_EVERY_MS);
  else await ended;
  const elapsedMs = performance.now() - startedMs;
  const [code] = await ended;
  if (code !== 0) throw new Error(`start "${name}": exit code ${code}`);
  rmSync(archive, { recursive: true, force: true });
  return elapsedMs;
}

function hasObject(archive: string): boolean {
  const wal = join(archive, "wal");
  return (
    existsSync(wal) && readdirSync(wal, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".zst"))
  );
}

function goalOf({ name, warmMs: value, mostMs: limit }: Started): Goal[] {
  return limit === null ? [] : [{ name, value, unit: "ms", bound: "below", limit }];
}
