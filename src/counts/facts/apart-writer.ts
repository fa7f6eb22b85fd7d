import { readSealedPlans, type SealedPlan } from "../../archive/sealed-plan.ts";
import { putView } from "../../archive/view-store.ts";
import { type DuckDb, openDuckDb, sqlParquet } from "../tables/duck-db.ts";
import { apartObject, lookForApart, MOST_STREAMS, streamsOf } from "./apart.ts";
import { findAllFacts, type PlanFiles } from "./plan-facts.ts";
import { isOver, type RollupOptions } from "./rollup-writer.ts";

export interface ApartOptions extends Omit<RollupOptions, "stream" | "plans" | "scratch"> {
  /** All streams of the archive. */
  readonly streams: readonly string[];
  /** False: only where it is not known yet. */
  readonly always: boolean;
  /** Facts whose ids are compared at a time. */
  readonly factsAtOnce?: number;
}

const THREADS = 2;
/** Ids take about 64 bytes each in DuckDB while they are compared. */
const FACTS_AT_ONCE = 4_000_000;

/**
 * Finds out of those days that are over, and that several streams have lines of, whether these are apart, and writes it
 * down; resolves with the days. To be called when their facts are written: a day that lacks some is told, and looked at
 * another time. Several may do so at once. Rejects with `IoError`.
 */
export async function writeApart(options: ApartOptions): Promise<string[]> {
  const { views, streams, always, dueThroughMs } = options;
  const written: string[] = [];
  if (streams.length < 2) return written;
  for (const day of new Set(options.days)) {
    if (!isOver(day, dueThroughMs)) continue;
    const all: SealedPlan[] = [];
    for (const stream of streams) all.push(...(await readSealedPlans(views.store, stream, day)));
    const plans = all.filter(({ isRecord }) => !isRecord);
    const several = streamsOf(plans);
    if (several < 2 || several > MOST_STREAMS) continue;
    if ((always || !(await isKnown(options, day, plans))) && (await findOut(options, day, plans))) written.push(day);
  }
  return written;
}

async function isKnown({ views, basis }: ApartOptions, day: string, plans: readonly SealedPlan[]): Promise<boolean> {
  const answers = [true, false].map((apart) => apartObject(basis, day, plans, apart));
  const states = await Promise.all(answers.map((answer) => lookForApart(views.store, answer)));
  return states.includes("there");
}

/** False where facts of the day are missing. */
async function findOut(options: ApartOptions, day: string, plans: readonly SealedPlan[]): Promise<boolean> {
  const { views, basis } = options;
  const apart = await areApart(options, day, plans);
  if (apart === null) return false;
  // It may be there all the same: altered, or by facts of an older program. Elsewhere a sealer may not even remove.
  const opposite = apartObject(basis, day, plans, !apart);
  if ((await lookForApart(views.store, opposite)) !== "missing") await views.remover.remove(opposite.name);
  const { name, bytes } = apartObject(basis, day, plans, apart);
  await putView(views, name, bytes);
  return true;
}

interface FactsOfPlan extends PlanFiles {
  readonly plan: SealedPlan;
}

/** Null where facts are missing. */
async function areApart(options: ApartOptions, day: string, plans: readonly SealedPlan[]): Promise<boolean | null> {
  const { views, local, basis, tell } = options;
  const files = await findAllFacts(views.store, local, basis, plans);
  if ("missing" in files) {
    tell(`${day} is counted without roll-ups: ${files.missing} (hint: "logtally facts rebuild" writes them)`);
    return null;
  }
  const facts = files.flatMap((ofPlan, index) => {
    const plan = plans[index];
    return plan === undefined ? [] : [{ ...ofPlan, plan }];
  });
  const db = await openDuckDb(options, THREADS);
  try {
    for (const together of byHours(facts)) if (await shareIds(db, together, options.factsAtOnce)) return false;
  } finally {
    db.close();
  }
  return true;
}

/** An id lies in the hours of its plan: those of which no hour is the same cannot share any. */
function byHours(facts: readonly FactsOfPlan[]): FactsOfPlan[][] {
  const groups: FactsOfPlan[][] = [];
  let endHour = 0;
  for (const each of facts.toSorted((a, b) => a.plan.span.firstHour - b.plan.span.firstHour)) {
    const { firstHour, hours } = each.plan.span;
    if (groups.length === 0 || firstHour >= endHour) groups.push([]);
    groups.at(-1)?.push(each);
    endHour = Math.max(endHour, firstHour + hours);
  }
  return groups;
}

/** True where an id has facts in two streams. */
async function shareIds(db: DuckDb, facts: readonly FactsOfPlan[], atOnce = FACTS_AT_ONCE): Promise<boolean> {
  const streams = [...Map.groupBy(facts, ({ plan }) => plan.span.stream).values()]
    .map((ofStream) => ofStream.flatMap(({ paths }) => paths))
    .filter((paths) => paths.length > 0);
  if (streams.length < 2) return false;
  const rows = facts.flatMap(({ files }) => files).reduce((sum, file) => sum + file.rows, 0);
  const parts = Math.ceil(rows / atOnce);
  for (let part = 0; part < parts; part += 1) {
    const ids = streams.map(
      (paths, stream) => `SELECT id, ${stream} AS stream FROM ${sqlParquet(paths)} WHERE hash(id) % ${parts} = ${part}`,
    );
    const shared = await db.query(
      `SELECT id FROM (${ids.join(" UNION ALL ")}) GROUP BY id HAVING min(stream) <> max(stream) LIMIT 1`,
    );
    if (shared.length > 0) return true;
  }
  return false;
}
