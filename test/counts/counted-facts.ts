import { join } from "node:path";
import type { Conflict } from "../../src/archive/manifest.ts";
import { DAY_MS } from "../../src/core/units.ts";
import {
  type CountQuery,
  type CountRow,
  cubeRows,
  isByEachSession,
  isByEachUser,
  sessionRows,
} from "../../src/counts/cube.ts";
import {
  type FactsOfDays,
  type RolledDay,
  sessionFacts,
  standingRows,
  WORD_COLUMNS,
} from "../../src/counts/days/day-rows.ts";
import { foldedKey, foldsKeys, writePersonalGroups } from "../../src/counts/days/personal-groups.ts";
import { copyOf, FACTS_COLUMNS } from "../../src/counts/facts/facts-writer.ts";
import { DAY_RUNS, dayFacts, deedRows, eventRows, OWNER_ROWS, RUN_ROWS } from "../../src/counts/facts/rollup-rows.ts";
import { daysOf, periodSpans } from "../../src/counts/period.ts";
import { rollupSegment, type Segment } from "../../src/counts/segment.ts";
import { USER_KEY, writeSessionDays } from "../../src/counts/sessions/session-days.ts";
import { writeSessionTables } from "../../src/counts/sessions/session-tables.ts";
import { standingVariants, writeConflicts } from "../../src/counts/tables/conflict-table.ts";
import { type DuckDb, openDuckDb } from "../../src/counts/tables/duck-db.ts";
import { factWords, openFactTable } from "../../src/counts/tables/fact-table.ts";
import { rankOf } from "./count-oracle.ts";
import { isFact, type SampleFact } from "./sample-facts.ts";

/** Where a fact lies while it is counted; not in a roll-up where an id of that day is in several streams. */
export type Medium = "memory" | "facts" | "rollup";

/** Counts facts in a database of their own, each in its medium; files go into `folder`. */
export async function countFacts(
  facts: readonly SampleFact[],
  queries: readonly CountQuery[],
  folder: string,
  mediumOf: (fact: SampleFact) => Medium = () => "memory",
): Promise<CountRow[][]> {
  const db = await openDuckDb({ memoryLimit: "256MB", spillDirectory: join(folder, "spill") }, 2);
  const table = await openFactTable(db);
  try {
    const days = Map.groupBy(facts, dayOf);
    const placeOf = (fact: SampleFact): string => {
      if (areApart(days.get(dayOf(fact)) ?? [])) return `single ${mediumOf(fact)}`;
      return mediumOf(fact) === "memory" ? "shared memory" : "shared facts";
    };
    for (const fact of facts) {
      if (isFact(fact)) table.append(fact, { stream: fact.stream, origin: placeOf(fact) });
    }
    table.flush();
    const conflicts = standingVariants(conflictsOf(facts));
    await writeConflicts(db, conflicts);
    const from = { db, folder, days: [...days.keys()], hasConflicts: conflicts.length > 0 };
    const answers: CountRow[][] = [];
    for (const query of queries) answers.push(await answer(from, query));
    return answers;
  } finally {
    table.close();
    db.close();
  }
}

interface Place {
  readonly db: DuckDb;
  readonly folder: string;
  readonly days: readonly number[];
  readonly hasConflicts: boolean;
}

async function answer(place: Place, query: CountQuery): Promise<CountRow[]> {
  const { db } = place;
  const { by, events } = query;
  const before = { ...place, days: place.days.filter((day) => day * DAY_MS < Date.parse(query.asOf)) };
  if (foldsKeys(query)) {
    const { owners, ...loose } = await sourcesAt(before, by);
    await writePersonalGroups(db, { ...loose, rollups: owners });
  }
  const spans = periodSpans(query.periods, query.days, query.asOf);
  const days = daysOf(spans, place.days);
  const sources = await sourcesAt(isByEachSession(query) ? before : { ...place, days }, by);
  const cube = { query, spans, days, isSealed: () => false };
  const key = isByEachUser(query) ? USER_KEY : foldsKeys(query) ? foldedKey(by) : "key";
  if (query.withSessions || isByEachSession(query)) {
    await writeSessionTables(db, { rollups: sources.runs, facts: sessionFacts(sources, by) });
    if (isByEachSession(query)) return sessionRows(db, cube);
    await writeSessionDays(db, { events, key });
  }
  return cubeRows(db, sources, key, cube);
}

async function sourcesAt(place: Place, by: Segment) {
  return {
    ...(await writeRollups(place, rollupSegment(by))),
    single: await factsAt(place, "single facts", "single memory"),
    shared: await factsAt(place, "shared facts", "shared memory"),
    hasConflicts: place.hasConflicts,
  };
}

/** One of each day and stream. */
async function writeRollups(place: Place, segment: Segment) {
  const facts = await factsAt(place, "single rollup", null);
  const ofStreams = [];
  for (const file of facts.files) ofStreams.push(await rollupsOf(place, segment, { ...facts, files: [file] }));
  return {
    rolled: ofStreams.flatMap(({ rolled }) => rolled),
    owners: ofStreams.flatMap(({ owners }) => owners),
    runs: ofStreams,
  };
}

async function rollupsOf({ db, folder, days, hasConflicts }: Place, segment: Segment, facts: FactsOfDays) {
  const rows = standingRows(facts, WORD_COLUMNS, hasConflicts);
  const [{ stream } = { stream: "" }] = facts.files;
  const rolled: RolledDay[] = [];
  const paths = { runs: [] as string[], deeds: [] as string[], owners: [] as string[] };
  for (const day of days) {
    const factsOfDay = `FROM (${rows}) WHERE epoch_ms(time) // ${DAY_MS} = ${day}`;
    await db.run(`CREATE OR REPLACE TEMP TABLE day_fact AS ${dayFacts(factsOfDay)}`);
    await db.run(`CREATE OR REPLACE TEMP TABLE day_run AS ${DAY_RUNS}`);
    const events = await db.query("SELECT DISTINCT event FROM day_fact");
    const ofDay = events.map((row) => String(row["event"]));
    if (ofDay.length === 0) continue;
    const pathOf = (name: string): string => join(folder, `${day}-${stream}-${segment}-${name}.parquet`);
    await db.run(copyOf(eventRows(segment, ofDay), pathOf("events")));
    rolled.push({ day, path: pathOf("events"), events: ofDay });
    for (const [name, sql] of [
      ["runs", RUN_ROWS],
      ["deeds", deedRows(segment)],
      ["owners", OWNER_ROWS],
    ] as const) {
      await db.run(copyOf(sql, pathOf(name)));
      paths[name].push(pathOf(name));
    }
  }
  return { ...paths, rolled };
}

/** Facts of one origin as files, those of the other in memory. */
async function factsAt({ db, folder, days }: Place, written: string, origin: string | null): Promise<FactsOfDays> {
  const all = factWords([...FACTS_COLUMNS, "stream", "origin"]);
  const streams = await db.query(`SELECT DISTINCT stream FROM (${all}) WHERE origin = '${written}'`);
  const files: { stream: string; paths: string[] }[] = [];
  for (const stream of streams.map((row) => String(row["stream"]))) {
    const path = join(folder, `${written} ${stream}.parquet`);
    const wanted = `WHERE origin = '${written}' AND stream = '${stream}' AND list_contains([${days.join()}]::BIGINT[], epoch_ms(time) // ${DAY_MS})`;
    await db.run(copyOf(`SELECT * EXCLUDE (stream, origin) FROM (${all}) ${wanted}`, path));
    files.push({ stream, paths: [path] });
  }
  const origins = origin === null ? [] : [origin];
  const found = await db.query(`
    SELECT DISTINCT epoch_ms(time) // ${DAY_MS} AS day FROM (${all})
    WHERE list_contains(['${[written, ...origins].join("', '")}'], origin)`);
  const theirs = new Set(found.map((row) => Number(row["day"])));
  return { files, origins, days: days.filter((day) => theirs.has(day)) };
}

/** True where no id is in two streams. */
function areApart(facts: readonly SampleFact[]): boolean {
  const streams = new Set(facts.map(({ id, stream }) => `${id} ${stream}`));
  return streams.size === new Set(facts.map(({ id }) => id)).size;
}

function dayOf({ timeMs }: SampleFact): number {
  return Math.floor(timeMs / DAY_MS);
}

/** As the manifests of each stream name them. */
function conflictsOf(facts: readonly SampleFact[]): { stream: string; conflicts: Conflict[] }[] {
  return [...Map.groupBy(facts, ({ stream }) => stream)].map(([stream, all]) => ({
    stream,
    conflicts: [...Map.groupBy(all, ({ id }) => id)].flatMap(([id, lines]) => {
      const variants = [...new Set(lines.map(rankOf))].toSorted();
      const [, standing = "", log = ""] = (variants[0] ?? "").split(" ");
      return variants.length < 2 ? [] : [{ id, variants: variants.length, standing, log }];
    }),
  }));
}
