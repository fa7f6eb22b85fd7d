import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { parsePlanName } from "../vault-name.ts";
import { readPlan } from "./plan.ts";

/** Plans that were made for a span, complete or not. */
export interface SpanPlans {
  /** `<stream>/<day>/<HH>/` */
  readonly folder: string;
  readonly day: string;
  readonly hourOfDay: number;
  /** In order. */
  readonly numbers: readonly number[];
  readonly newest: NewestPlan;
}

export interface NewestPlan {
  readonly name: string;
  readonly number: number;
  readonly revision: number;
  /** Names of write-ahead objects. */
  readonly inputs: readonly string[];
}

const PLACE = /^ctl\/plan\/([a-z0-9-]{1,63}\/(\d{4}-\d\d-\d\d|undated)\/(\d\d)\/)/;
/** Reads that are under way at a time: stores far away answer late. */
const MOST_READS = 16;

/** For each span of these days that plans are known of. None are where `ctl` was lost. Rejects with `IoError`. */
export async function newestPlans(
  store: ObjectStore,
  stream: string,
  takes: (day: string) => boolean,
): Promise<SpanPlans[]> {
  const listed: ListedPlan[] = [];
  for await (const { name, sizeBytes } of store.list(`ctl/plan/${stream}/`)) {
    const [, folder, day = "", hour] = PLACE.exec(name) ?? [];
    const number = parsePlanName(name)?.plan;
    if (folder === undefined || number === undefined || !takes(day)) continue;
    listed.push({ name, sizeBytes, folder, day, hourOfDay: Number(hour), number });
  }
  const spans = [...Map.groupBy(listed, ({ folder }) => folder).values()];
  return inParallel(spans, MOST_READS, (ofSpan) => newestOf(store, ofSpan));
}

interface ListedPlan extends Pick<SpanPlans, "folder" | "day" | "hourOfDay"> {
  readonly name: string;
  readonly sizeBytes: number;
  readonly number: number;
}

/** All attempts at a plan are of one revision. */
async function newestOf(store: ObjectStore, ofSpan: readonly ListedPlan[]): Promise<SpanPlans> {
  const [newest] = ofSpan.toSorted((a, b) => b.number - a.number);
  if (newest === undefined) throw new Error("a span without plans");
  const { name, number, sizeBytes, folder, day, hourOfDay } = newest;
  const { revision, inputs } = await readPlan(store, name, sizeBytes);
  const numbers = [...new Set(ofSpan.map((each) => each.number))].toSorted((a, b) => a - b);
  return {
    folder,
    day,
    hourOfDay,
    numbers,
    newest: { name, number, revision, inputs: inputs.map((input) => input.name) },
  };
}
