/**
 * Goal: how long it takes to find one line by its id, the lines of a request of a given day, and what a user did on a given
 * day, out of a year, and how much of the archive that reads. The day is given in both (`--since DAY --until NEXT`), as
 * whoever asks for a day of a year names it; the year is what is not to be looked through for it.
 * Method: the commands as a user starts them, on an archive of a hundred million lines, of which one day is real. What is
 * read beside the look-ups of the day is counted by the functions behind the commands.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createCountingStore, type ReadCost } from "../../src/archive/counting-store.ts";
import { findPlaces, searchPlaces } from "../../src/archive/find.ts";
import { locateLine } from "../../src/archive/locate-line.ts";
import { blocksOfRequest } from "../../src/archive/lookup/blocks-of-lines.ts";
import { noTrouble } from "../../src/archive/lookup/segment-lookup.ts";
import { openArchiveStore } from "../../src/cli/open/archive/archive-store.ts";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DAY_MS, MIB } from "../../src/core/units.ts";
import { openDaysArchive, REAL_DAY, YEAR_DAYS } from "../corpora/days-archive.ts";
import type { Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const LOGTALLY = join(import.meta.dirname, "../../bin/logtally.js");
const DAY_BEGIN_MS = Date.parse(REAL_DAY);
const SPAN = ["--since", REAL_DAY, "--until", new Date(DAY_BEGIN_MS + DAY_MS).toISOString().slice(0, 10)];
const MOST: ReadCost = { objects: 3, reads: 8, bytes: 2 * MIB };

interface Timed {
  readonly lines: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Answered extends Timed {
  readonly question: string;
  readonly mostSeconds: number;
  /** Beside the look-ups of the day; null where that was not counted. */
  readonly cost: ReadCost | null;
}

const COLUMNS: readonly Column<Answered>[] = [
  { head: "", align: "left", cell: ({ question }) => question },
  { head: "lines found", align: "right", cell: ({ lines }) => formatCount(lines) },
  { head: "seconds", align: "right", cell: ({ seconds }) => seconds.toFixed(2) },
  { head: "CPU seconds", align: "right", cell: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
  { head: "objects", align: "right", cell: ({ cost }) => (cost === null ? "" : formatCount(cost.objects)) },
  { head: "range reads", align: "right", cell: ({ cost }) => (cost === null ? "" : formatCount(cost.reads)) },
  { head: "bytes read", align: "right", cell: ({ cost }) => (cost === null ? "" : formatBytes(cost.bytes)) },
];

export async function measureFind(rounds: number): Promise<Report> {
  const { path, lines } = await openDaysArchive(YEAR_DAYS);
  const { id, request, user } = sampleOf(path);
  const ask = async (
    question: string,
    mostSeconds: number,
    cost: ReadCost | null,
    ...args: string[]
  ): Promise<Answered> => ({
    question,
    mostSeconds,
    cost,
    ...(await timed([...args, "--archive", path], rounds, question)),
  });
  const answered = [
    await ask("one line by its id", 0.5, await costOfId(path, id), "get", id),
    await ask("a request of a given day", 0.5, await costOfRequest(path, request), "find", "--trace", request, ...SPAN),
    await ask("a day's events of one user", 1.5, null, "find", "--user", user, "--event", "any", ...SPAN),
  ];
  const title = `out of ${formatCount(lines)} lines of a year, one day of them real; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, answered, answered.flatMap(goalsOf));
}

/** A push at noon: its id, its request and its user. */
function sampleOf(archive: string): { id: string; request: string; user: string } {
  const asked = ["find", "--event", "git_push", ...SPAN, "--archive", archive];
  const [line = ""] = printed(asked)
    .split("\n")
    .filter((each) => /"user_id":\d/.test(each));
  const [meta = ""] = printed([...asked, "--text", line.slice(0, 500), "--meta"]).split("\n");
  const member = (text: string, name: string): string => new RegExp(`"${name}":"?([^",]+)`).exec(text)?.[1] ?? "";
  return { id: member(meta, "id"), request: member(line, "correlation_id"), user: member(line, "user_id") };
}

async function timed(args: readonly string[], rounds: number, what: string): Promise<Timed> {
  const usages: Usage[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`${what}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}\n`);
    const usage = await measure(logtally("archive", ...args));
    if (round > 0) usages.push(usage);
  }
  return {
    lines: printed(args).split("\n").length - 1,
    seconds: median(usages.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(usages.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

function printed(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LOGTALLY, "archive", ...args], {
    encoding: "utf8",
    maxBuffer: 64 * MIB,
  });
  if (status !== 0) throw new Error(`archive ${args.join(" ")}: exit code ${status}\n${stderr}`);
  return stdout;
}

async function costOfId(path: string, id: string): Promise<ReadCost> {
  const { store, cost } = createCountingStore(await openArchiveStore({ kind: "folder", path }));
  await locateLine(store, id);
  return cost();
}

/** Without manifests and look-ups. */
async function costOfRequest(path: string, request: string): Promise<ReadCost> {
  const { store, cost } = createCountingStore(await openArchiveStore({ kind: "folder", path }));
  const query = {
    sinceMs: DAY_BEGIN_MS,
    untilMs: DAY_BEGIN_MS + DAY_MS,
    matches: () => true,
    blocksOf: blocksOfRequest(store, request, noTrouble()),
  };
  const places = await findPlaces(store, query);
  const before = cost();
  await searchPlaces(places, query, { visit: () => undefined, endOfBlock: async () => {}, onBytes: () => undefined });
  const after = cost();
  return {
    objects: after.objects - before.objects,
    reads: after.reads - before.reads,
    bytes: after.bytes - before.bytes,
  };
}

function goalsOf({ question, seconds, mostSeconds, cost }: Answered): Goal[] {
  const pace: Goal = { name: question, value: seconds, unit: "s", bound: "below", limit: mostSeconds };
  if (cost === null) return [pace];
  return [
    pace,
    { name: `${question}: objects`, value: cost.objects, unit: "count", bound: "at most", limit: MOST.objects },
    { name: `${question}: range reads`, value: cost.reads, unit: "count", bound: "at most", limit: MOST.reads },
    { name: `${question}: bytes`, value: cost.bytes, unit: "bytes", bound: "below", limit: MOST.bytes },
  ];
}
