/** The benchmark: see docs/performance.md. Exits with 1 where a goal is missed. */
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { measureBook } from "./book.ts";
import { measureContest } from "./contest.ts";
import { measureCounts } from "./counts.ts";
import { measureDocuments } from "./documents.ts";
import { measureExplore } from "./explore.ts";
import { measureFind } from "./find.ts";
import { measureGenerator } from "./generator-pace.ts";
import { isMet } from "./goal.ts";
import { measureGrowth } from "./growth.ts";
import { measureGuard } from "./guard.ts";
import { measureIndexing } from "./indexing.ts";
import { machineLine, thisMachine } from "./machine.ts";
import { type Report, reportJson, reportText } from "./report.ts";
import { measureSaturation } from "./saturation.ts";
import { measureSearchable } from "./searchable.ts";
import { measureStages } from "./stages.ts";
import { measureStart } from "./start.ts";
import { measureSubscription } from "./subscription.ts";
import { measureVerify } from "./verify.ts";

const MOST_LINES = 100_000_000;
const MOST_ROUNDS = 100;

const program = new Command("npm run bench --")
  .description(
    "Measures logtally against its yardsticks; see docs/performance.md. Exits with 1 where a goal is missed.",
  )
  .option("--lines <n>", "length of the corpus", integerUpTo(MOST_LINES), 1_000_000)
  .option("--rounds <n>", "rounds, of which the medians are shown", integerUpTo(MOST_ROUNDS), 5)
  .option("--memory", "also five times the lines: memory must stay below the goal")
  .option("--growth", "instead: what a line costs in short inputs and long ones, and beside other workers")
  .option("--guard", "instead: that a line is no dearer than it was, by ratios; for CI")
  .option("--stages", "instead: what each stage costs, over 200,000 lines")
  .option("--generate", "instead: how fast the generator is")
  .option("--index", "instead: what it costs to index a line")
  .option("--saturation", "instead: a file indexed at full speed into Elasticsearch, and who is the limit")
  .option("--documents", "instead: what it costs to make the document of a line")
  .option("--searchable", "instead: how soon a published line is found in Elasticsearch")
  .option("--pubsub", "instead: messages of a subscription, and an archive that goes away")
  .option("--book", "instead: what it costs to seal a line, and to count it again")
  .option("--verify", "instead: what it costs to verify an archive")
  .option("--counts", "instead: the question of every month, over facts")
  .option("--find", "instead: one line, request or user out of a year of a hundred million lines")
  .option("--start", "instead: how long the program takes to its help, and to the first line archived")
  .option("--explore", "instead: how long the page takes to its first view, in Chromium")
  .option("--facts <n>", "how many", integerUpTo(MOST_LINES), 10_000_000)
  .option("--all", "all of these")
  .option("--markdown", "print the tables of docs/performance.md")
  .option("--json", "print JSON")
  .parse();
interface BenchOptions {
  readonly lines: number;
  readonly rounds: number;
  readonly memory?: true;
  readonly growth?: true;
  readonly guard?: true;
  readonly stages?: true;
  readonly generate?: true;
  readonly index?: true;
  readonly saturation?: true;
  readonly documents?: true;
  readonly searchable?: true;
  readonly pubsub?: true;
  readonly book?: true;
  readonly verify?: true;
  readonly counts?: true;
  readonly find?: true;
  readonly start?: true;
  readonly explore?: true;
  readonly facts: number;
  readonly all?: true;
  readonly markdown?: true;
  readonly json?: true;
}
const { lines, rounds, facts, ...asked } = program.opts<BenchOptions>();

const machine = thisMachine();
const isPart = [
  asked.guard,
  asked.growth,
  asked.stages,
  asked.generate,
  asked.index,
  asked.saturation,
  asked.documents,
  asked.searchable,
  asked.pubsub,
  asked.book,
  asked.verify,
  asked.counts,
  asked.find,
  asked.start,
  asked.explore,
].includes(true);
const withContest = asked.all === true || !isPart;
const reports: Report[] = [];
if (withContest) reports.push(await measureContest({ lines, rounds, withMemory: asked.memory === true }));
if (asked.all === true || asked.growth === true) reports.push(await measureGrowth(lines, rounds));
if (asked.guard === true) reports.push(await measureGuard(rounds));
if (asked.all === true || asked.stages === true) reports.push(await measureStages(lines, rounds));
if (asked.all === true || asked.generate === true) reports.push(await measureGenerator(rounds));
if (asked.all === true || asked.index === true) reports.push(await measureIndexing(lines, rounds));
if (asked.all === true || asked.saturation === true) reports.push(await measureSaturation(lines));
if (asked.all === true || asked.documents === true) reports.push(await measureDocuments(lines, rounds));
if (asked.all === true || asked.searchable === true) reports.push(await measureSearchable());
if (asked.all === true || asked.pubsub === true) reports.push(await measureSubscription(rounds));
if (asked.all === true || asked.book === true) reports.push(await measureBook(lines, rounds));
if (asked.all === true || asked.verify === true) reports.push(await measureVerify(lines, rounds));
if (asked.all === true || asked.counts === true) reports.push(await measureCounts(facts, rounds));
if (asked.all === true || asked.find === true) reports.push(await measureFind(rounds));
if (asked.all === true || asked.start === true) reports.push(await measureStart(rounds));
if (asked.all === true || asked.explore === true) reports.push(await measureExplore(facts, rounds));
const form = asked.markdown === true ? "markdown" : "text";
process.stdout.write(
  asked.json === true ? reportJson(machine, reports) : reportText(machineLine(machine), reports, form),
);
if (reports.some(({ goals }) => !goals.every(isMet))) process.exitCode = 1;
