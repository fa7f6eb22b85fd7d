/**
 * Goal: sessions are those of the definition: a visitor's events of any type, cut wherever two neighbours are more than 30
 * minutes apart, and nowhere else.
 * Method: any events of a few visitors around midnights and around pauses of half an hour, some in roll-ups of a day, some
 * loose, against one pass over them in time order.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import { type DuckDb, openDuckDb } from "../../src/counts/duck-db.ts";
import { copyOf } from "../../src/counts/facts/facts-writer.ts";
import { factRuns, sessionDays } from "../../src/counts/session-rows.ts";

const START_MS = Date.UTC(2020, 11, 22, 23, 0);
const ALL = "true";

interface Deed {
  readonly visitor: number | null;
  readonly timeMs: number;
  readonly event: string;
  readonly key: string;
  readonly isInRollup: boolean;
}

const arbitraryDeed = fc.record({
  visitor: fc.constantFrom(1, 1, 1, 2, null),
  timeMs: fc
    .tuple(fc.nat(8), fc.constantFrom(0, 0, -1, 1), fc.constantFrom(0, 0, DAY_MS))
    .map(([halfHours, ms, later]) => START_MS + halfHours * 30 * MINUTE_MS + ms + later),
  event: fc.constantFrom("push", "view"),
  key: fc.constantFrom("gold", "free"),
  isInRollup: fc.boolean(),
});

let folder: string;
let db: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-sessions-"));
  db = await openDuckDb({ memoryLimit: "256MB", spillDirectory: join(folder, "spill") }, 2);
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function uuid(visitor: number | null): string {
  return visitor === null ? "NULL::UUID" : `'00000000-0000-4000-8000-00000000000${visitor}'::UUID`;
}

/** One pass in time order. */
function naiveSessionDays(deeds: readonly Deed[]): string[] {
  const rows = new Set<string>();
  for (const [visitor, all] of Map.groupBy(deeds, (deed) => deed.visitor)) {
    if (visitor === null) continue;
    let session = 0;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const { event, key, timeMs } of all.toSorted((a, b) => a.timeMs - b.timeMs)) {
      if (timeMs - lastMs > 30 * MINUTE_MS) session = timeMs;
      lastMs = timeMs;
      rows.add(`${event} ${key} ${dayOf(timeMs)} ${visitor} ${session}`);
    }
  }
  return [...rows].toSorted();
}

function factsSql(deeds: readonly Deed[]): string {
  if (deeds.length === 0) return "";
  const rows = deeds.map(({ visitor, timeMs, event, key }) => {
    return `('${event}', '${key}', ${dayOf(timeMs)}::BIGINT, ${uuid(visitor)}, ${timeMs}::BIGINT)`;
  });
  return `SELECT * FROM (VALUES ${rows.join(", ")}) AS facts(event, key, day, visitor, time_ms)`;
}

/** Roll-ups of each day by itself. */
async function writeRollups(deeds: readonly Deed[]): Promise<{ runs: string[]; deeds: string[] }> {
  const [runs, rows]: [string[], string[]] = [[], []];
  for (const [day, ofDay] of Map.groupBy(deeds, ({ timeMs }) => dayOf(timeMs))) {
    await db.run(`CREATE OR REPLACE TEMP TABLE of_day AS ${factRuns(factsSql(ofDay), ALL)}`);
    const [runsPath, deedsPath] = [join(folder, `${day}-runs.parquet`), join(folder, `${day}-deeds.parquet`)];
    await db.run(copyOf("SELECT visitor, run, max(time_ms) AS last FROM of_day GROUP BY ALL", runsPath));
    await db.run(copyOf("SELECT DISTINCT event, key, day, visitor, run FROM of_day", deedsPath));
    runs.push(runsPath);
    rows.push(deedsPath);
  }
  return { runs, deeds: rows };
}

it("puts together what lies in roll-ups of days and what does not, as one pass over all of it would", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryDeed, { maxLength: 30, size: "max" }), async (deeds) => {
      const rollups = await writeRollups(deeds.filter(({ isInRollup }) => isInRollup));
      const facts = factsSql(deeds.filter(({ isInRollup }) => !isInRollup));
      const sql = sessionDays({ ...rollups, facts }, ALL);
      const rows = await db.query(
        `SELECT event, key, day, right(visitor::VARCHAR, 1) AS visitor, session FROM (${sql})`,
      );
      const found = rows.map(({ event, key, day, visitor, session }) => `${event} ${key} ${day} ${visitor} ${session}`);
      expect(found.toSorted()).toEqual(naiveSessionDays(deeds));
    }),
    { numRuns: 100 },
  );
});
