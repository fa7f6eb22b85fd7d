/**
 * Goal: how long the question of every month takes: events by plan over 28 days, with distinct users and sessions, exact.
 * Method: the command as a user starts it, over generated facts: from roll-ups, from the facts alone, and with sessions;
 * each answer is held against a plain query over all facts.
 */
import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import type { CountRow } from "../../src/counts/cube.ts";
import { openDuckDb, sqlText } from "../../src/counts/tables/duck-db.ts";
import { type FactArchive, openFactArchive } from "../corpora/fact-archive.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const QUESTION = ["--by", "plan", "--period", "28d", "--json"];
const MOST_PEAK_BYTES = 1e9;
const LOGTALLY = join(import.meta.dirname, "../../bin/logtally.js");

/** A way to answer, and the most seconds that it may take over a hundred million facts. */
interface Way {
  readonly name: string;
  readonly withRollups: boolean;
  readonly withSessions: boolean;
  readonly mostSeconds: number;
}

const WAYS: readonly Way[] = [
  { name: "from roll-ups", withRollups: true, withSessions: false, mostSeconds: 0.5 },
  { name: "from facts", withRollups: false, withSessions: false, mostSeconds: 5 },
  { name: "sessions, from roll-ups", withRollups: true, withSessions: true, mostSeconds: 30 },
];

interface Answered extends Way {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

const COLUMNS: readonly Column<Answered>[] = [
  { head: "answered", align: "left", cell: ({ name }) => name },
  { head: "seconds", align: "right", cell: ({ seconds }) => seconds.toFixed(2) },
  { head: "CPU seconds", align: "right", cell: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
  { head: "peak memory", align: "right", cell: ({ peakBytes }) => formatMegabytes(peakBytes) },
];

export async function measureCounts(facts: number, rounds: number): Promise<Report> {
  const archive = await openFactArchive(facts);
  const expected = await plainAnswer(archive);
  const answered: Answered[] = [];
  for (const way of WAYS) answered.push(await measureWay(archive.path, way, rounds, expected));
  const size = archive.facts.toLocaleString("en-US");
  const title = `events by plan over 28 days with exact users, of ${size} facts; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, answered, answered.flatMap(goalsOf));
}

async function measureWay(archive: string, way: Way, rounds: number, expected: readonly PlainRow[]): Promise<Answered> {
  const args = ["counts", "--archive", archive, ...QUESTION, ...(way.withSessions ? [] : ["--no-sessions"])];
  const rollups = join(archive, "facts/rollup");
  if (!way.withRollups) renameSync(rollups, `${rollups}-away`);
  const usages: Usage[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      process.stderr.write(`${way.name}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}\n`);
      const usage = await measure(logtally(...args));
      if (round > 0) usages.push(usage);
    }
    checkAnswer(args, way, expected);
  } finally {
    if (!way.withRollups) renameSync(`${rollups}-away`, rollups);
  }
  return {
    ...way,
    seconds: median(usages.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(usages.map(({ cpuSeconds }) => cpuSeconds)),
    peakBytes: Math.max(...usages.map(({ peakBytes }) => peakBytes ?? Number.NaN)),
  };
}

function goalsOf({ name, seconds, peakBytes, mostSeconds }: Answered): Goal[] {
  return [
    { name: `28 days by plan, ${name}`, value: seconds, unit: "s", bound: "below", limit: mostSeconds },
    { name: "peak memory of that", value: peakBytes, unit: "bytes", bound: "below", limit: MOST_PEAK_BYTES },
  ];
}

type PlainRow = Pick<CountRow, "event" | "key" | "count" | "unique_users" | "sessions">;

/** Throws where the answer is not that of a plain query over the facts. */
function checkAnswer(args: readonly string[], { name, withSessions }: Way, expected: readonly PlainRow[]): void {
  const output = execFileSync(process.execPath, [LOGTALLY, ...args]);
  const { rows } = JSON.parse(output.toString()) as { rows: CountRow[] };
  const said = rows.map(({ event, key, count, unique_users, sessions }) => ({
    event,
    key,
    count,
    unique_users,
    sessions,
  }));
  const wanted = withSessions ? expected : expected.map((row) => ({ ...row, sessions: null }));
  if (JSON.stringify(said) !== JSON.stringify(wanted)) throw new Error(`the counts ${name} are not those of the facts`);
}

/** Visitors are taken in so many parts: windows over all of them at once would spill for longer than all the rest takes. */
const MOST_PARTS = 16;
const FACTS_OF_PART = 1_000_000;

async function plainAnswer({ path, facts: size }: FactArchive): Promise<PlainRow[]> {
  const facts = `read_parquet(${sqlText(join(path, "facts/catalogue=*/*/*/*/*.parquet"))})`;
  const db = await openDuckDb({ memoryLimit: "4GB", spillDirectory: join(path, "spill") }, 2);
  try {
    const count = Math.min(MOST_PARTS, Math.ceil(size / FACTS_OF_PART));
    const parts = Array.from({ length: count }, (_, part) => plainPart(facts, `hash(visitor) % ${count} = ${part}`));
    await db.run("CREATE TABLE part (event VARCHAR, key VARCHAR, count BIGINT, unique_users BIGINT, sessions BIGINT)");
    for (const [part, rows] of parts.entries()) {
      process.stderr.write(`plain answer: part ${part + 1} of ${count}\n`);
      await db.run(`INSERT INTO part ${rows}`);
    }
    const rows = await db.query(`
      SELECT event, key, sum(count)::INTEGER AS count, sum(unique_users)::INTEGER AS unique_users,
        sum(sessions)::INTEGER AS sessions
      FROM part GROUP BY event, key ORDER BY event, key`);
    return rows as unknown as PlainRow[];
  } finally {
    db.close();
  }
}

/** A visitor of these facts is one user, so that neither users nor sessions are in two parts. */
function plainPart(facts: string, isOfPart: string): string {
  return `
    WITH paused AS (
      SELECT event, plan, "user", visitor, time,
        time - lag(time) OVER (PARTITION BY visitor ORDER BY time) > INTERVAL 30 MINUTES AS is_new
      FROM ${facts} WHERE ${isOfPart}
    ),
    visited AS (
      SELECT *, count_if(coalesce(is_new, false)) OVER (PARTITION BY visitor ORDER BY time) AS visit FROM paused
    ),
    by_visit AS (SELECT event, plan, "user", visitor, visit, count(*) AS events FROM visited GROUP BY ALL)
    SELECT event, plan, sum(events), count(DISTINCT "user"), count(*) FROM by_visit GROUP BY event, plan`;
}
