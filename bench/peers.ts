/**
 * Side by side with other log shippers: see docs/performance.md. Exits with 1 where one that is here has failed, or its
 * output is wrong.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { programVersion } from "../src/cli/open/program-version.ts";
import { integerUpTo } from "../src/cli/options/options.ts";
import { formatBytes, formatCount, formatThings } from "../src/cli/terminal/quantity.ts";
import { DATA, openCorpus } from "./corpora/corpus.ts";
import { JOB } from "./measuring/contender.ts";
import { machineLine, thisMachine } from "./measuring/machine.ts";
import { reportJson, reportOf, reportText } from "./measuring/report.ts";
import { BENTHOS, REDPANDA_CONNECT } from "./peers/benthos.ts";
import { fileEntrant, ownFileEntrant } from "./peers/file-job.ts";
import { FILEBEAT } from "./peers/filebeat.ts";
import { FLUENT_BIT } from "./peers/fluent-bit.ts";
import { indexEntrant, ownIndexEntrant } from "./peers/index-job.ts";
import type { Job } from "./peers/job.ts";
import type { Peer } from "./peers/peer.ts";
import { PINO_ELASTICSEARCH } from "./peers/pino-elasticsearch.ts";
import { sideBySide } from "./peers/side-by-side.ts";
import { absentStanding, standingColumns, standingsOf } from "./peers/standing.ts";
import { storedLines } from "./peers/stored-lines.ts";
import { VECTOR } from "./peers/vector.ts";
import { mustWrite, yieldOf } from "./peers/yield.ts";

const MOST_LINES = 100_000_000;
const MOST_ROUNDS = 100;
/** In the order of the table, below logtally. */
const PEERS: readonly Peer[] = [VECTOR, REDPANDA_CONNECT, BENTHOS, FLUENT_BIT, FILEBEAT, PINO_ELASTICSEARCH];
const INSTALLED = join(DATA, "peers");

interface PeersOptions {
  readonly lines: number;
  readonly rounds: number;
  readonly install: boolean;
  readonly markdown?: true;
  readonly json?: true;
}

const { lines, rounds, install, ...asked } = new Command("npm run bench:peers --")
  .description(
    `Runs other log shippers and logtally over the same lines, checks what they give, and compares what that costs; see
docs/performance.md. Those on the path are taken from there: vector, redpanda-connect, fluent-bit, filebeat. Benthos is
built by Go, and pino-elasticsearch is installed by npm, both into bench/data.`,
  )
  .option("--lines <n>", "length of the corpus", integerUpTo(MOST_LINES), 200_000)
  .option("--rounds <n>", "rounds, of which the medians are shown", integerUpTo(MOST_ROUNDS), 3)
  .option("--no-install", "only those that are on this machine already")
  .option("--markdown", "print the tables of docs/performance.md")
  .option("--json", "print JSON")
  .parse()
  .opts<PeersOptions>();

const machine = thisMachine();
mkdirSync(INSTALLED, { recursive: true });
const findings = PEERS.map((peer) => ({ peer, finding: peer.find(install ? INSTALLED : null) }));
const corpus = await openCorpus(lines);
const job: Job = { corpus, expected: await yieldOf(storedLines(corpus.path), mustWrite) };

const contests = [
  await contest("to a compressed file", ownFileEntrant, fileEntrant),
  await contest("to Elasticsearch", ownIndexEntrant, indexEntrant),
];
const reports = contests.map(({ report }) => report);
const form = asked.markdown === true ? "markdown" : "text";
const tables = [machineLine(machine), ...reports.map((report) => reportText(report, form))];
process.stdout.write(asked.json === true ? reportJson(machine, reports) : `${tables.join("\n\n").trimEnd()}\n`);
if (contests.some(({ hasFailed }) => hasFailed)) process.exitCode = 1;

/** All that are here do one job. */
async function contest(what: string, own: typeof ownFileEntrant, entrantOf: typeof fileEntrant) {
  process.stderr.write(`${what}\n`);
  const absent = new Map<string, string>();
  const entrants = [own(job, JOB, programVersion())];
  for (const { peer, finding } of findings) {
    const entrant = "absent" in finding ? null : entrantOf(job, peer, finding);
    if (entrant === null) absent.set(peer.name, "absent" in finding ? finding.absent : "not its job");
    else entrants.push(entrant);
  }
  const rows = standingsOf(entrants, await sideBySide(entrants, rounds), corpus.lines, JOB);
  const absentRows = [...absent].map(([name, why]) => absentStanding(name, why));
  const title = `${formatCount(corpus.lines)} lines, ${formatBytes(corpus.bytes)}, ${what}; medians of ${formatThings(rounds, "round")}`;
  return {
    report: reportOf(title, standingColumns(JOB), [...rows, ...absentRows], []),
    hasFailed: rows.some(({ pace }) => pace === null),
  };
}
