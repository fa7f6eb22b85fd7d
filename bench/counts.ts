/**
 * Goal: how long the question of every month takes: events by plan over 28 days, with distinct users, exact.
 * Method: the command as a user starts it, over generated facts with roll-ups, and once more over the facts alone; its
 * answer is held against a plain query over all facts.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { formatThings } from "../src/cli/terminal/quantity.ts";
import type { Column } from "../src/cli/terminal/table.ts";
import type { CountRow } from "../src/counts/cube.ts";
import { openDuckDb, sqlText } from "../src/counts/duck-db.ts";
import { openFactArchive } from "./fact-archive.ts";
import { formatMegabytes, type Goal } from "./goal.ts";
import { logtally, measure, type Usage } from "./measure.ts";
import { median } from "./median.ts";
import { type Report, reportOf } from "./report.ts";

const QUESTION = ["--by", "plan", "--period", "28d", "--json"];
const MOST_PEAK_BYTES = 1e9;
/** The goals are for these two sizes. */
const LARGE = 100_000_000;
const MOST_SECONDS = { small: 1, large: 10 };
const LOGTALLY = join(import.meta.dirname, "../bin/logtally.js");

interface Answered {
  readonly facts: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

const COLUMNS: readonly Column<Answered>[] = [
  { head: "facts", align: "right", cell: ({ facts }) => facts },
  { head: "seconds", align: "right", cell: ({ seconds }) => seconds.toFixed(2) },
  { head: "CPU seconds", align: "right", cell: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
  { head: "peak memory", align: "right", cell: ({ peakBytes }) => formatMegabytes(peakBytes) },
];

export async function measureCounts(facts: number, rounds: number): Promise<Report> {
  const archive = await openFactArchive(facts);
  const command = logtally("counts", "--archive", archive.path, ...QUESTION);
  const usages: Usage[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? "warm-up\n" : `round ${round} of ${rounds}\n`);
    const usage = await measure(command);
    if (round > 0) usages.push(usage);
  }
  await checkAnswer(archive.path);
  const answered: Answered = {
    facts: archive.facts.toLocaleString("en-US"),
    seconds: median(usages.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(usages.map(({ cpuSeconds }) => cpuSeconds)),
    peakBytes: Math.max(...usages.map(({ peakBytes }) => peakBytes ?? Number.NaN)),
  };
  const title = `events by plan over 28 days with exact users; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, [answered], goalsOf(answered, archive.facts));
}

function goalsOf({ seconds, peakBytes }: Answered, facts: number): Goal[] {
  const limit = facts > LARGE / 2 ? MOST_SECONDS.large : MOST_SECONDS.small;
  return [
    { name: "28 days by plan", value: seconds, unit: "s", bound: "below", limit },
    { name: "peak memory of that", value: peakBytes, unit: "bytes", bound: "below", limit: MOST_PEAK_BYTES },
  ];
}

/** Throws where the answer is not that of a plain query over the facts. */
async function checkAnswer(archive: string): Promise<void> {
  const output = execFileSync(process.execPath, [LOGTALLY, "counts", "--archive", archive, ...QUESTION]);
  const { rows } = JSON.parse(output.toString()) as { rows: CountRow[] };
  const db = await openDuckDb({ memoryLimit: "4GB", spillDirectory: join(archive, "spill") }, 2);
  try {
    const plain = await db.query(`
      SELECT event, plan AS key, count(*)::INTEGER AS count, count(DISTINCT "user")::INTEGER AS unique_users
      FROM read_parquet(${sqlText(join(archive, "facts/catalogue=*/*/*/*/*.parquet"))})
      GROUP BY event, plan ORDER BY event, plan`);
    const counted = rows.map(({ event, key, count, unique_users }) => ({ event, key, count, unique_users }));
    if (JSON.stringify(counted) !== JSON.stringify(plain)) throw new Error("the counts are not those of the facts");
  } finally {
    db.close();
  }
}
