/** The benchmark: see docs/performance.md. Exits with 1 where a goal is missed, or a part could not be measured. */
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { isMet } from "./measuring/goal.ts";
import { machineLine, thisMachine } from "./measuring/machine.ts";
import { type Report, reportJson, reportText } from "./measuring/report.ts";
import { measureContest } from "./parts/contest.ts";
import { PARTS, type Scale } from "./parts.ts";

const MOST_LINES = 100_000_000;
const MOST_ROUNDS = 100;

interface BenchOptions extends Scale {
  readonly memory?: true;
  readonly all?: true;
  readonly markdown?: true;
  readonly json?: true;
}

const program = new Command("npm run bench --")
  .description(
    "Measures logtally against its yardsticks; see docs/performance.md. Exits with 1 where a goal is missed.",
  )
  .option("--lines <n>", "length of the corpus", integerUpTo(MOST_LINES), 1_000_000)
  .option("--rounds <n>", "rounds, of which the medians are shown", integerUpTo(MOST_ROUNDS), 5)
  .option("--facts <n>", "how many, for --counts and --explore", integerUpTo(MOST_LINES), 10_000_000)
  .option("--memory", "also five times the lines: memory must stay below the goal");
for (const [name, { measures }] of Object.entries(PARTS)) program.option(`--${name}`, `instead: ${measures}`);
program
  .option("--all", "all of these")
  .option("--markdown", "print the tables of docs/performance.md")
  .option("--json", "print JSON")
  .parse();
const options = program.opts<BenchOptions>();
const { lines, rounds, memory, all, markdown, json } = options;
const given: Readonly<Record<string, unknown>> = { ...options };

const machine = thisMachine();
const format = markdown === true ? "markdown" : "text";
const asked = Object.entries(PARTS).filter(([name]) => all === true || given[name] === true);
if (all === true || asked.length === 0) {
  const measure = (): Promise<Report> => measureContest({ lines, rounds, withMemory: memory === true });
  asked.unshift(["run", { measures: "the job", measure }]);
}
const measured: Report[] = [];
if (json !== true) process.stdout.write(`${machineLine(machine)}\n\n`);
for (const [name, { measure }] of asked) {
  try {
    const report = await measure(options);
    measured.push(report);
    // At once: all of them take an hour, and what comes later may fail.
    if (json !== true) process.stdout.write(`${reportText(report, format)}\n`);
  } catch (error) {
    if (asked.length <= 1) throw error;
    process.stderr.write(`measure ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
if (json === true) process.stdout.write(reportJson(machine, measured));
if (measured.some(({ goals }) => !goals.every(isMet))) process.exitCode = 1;
