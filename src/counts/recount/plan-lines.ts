import type { Difference } from "../../archive/audit/difference.ts";
import { eachVaultLine } from "../../archive/audit/vault-lines.ts";
import type { PlanOutput } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { Lane } from "../../core/line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { FactReader } from "../fact-reader.ts";
import type { FactTable } from "../tables/fact-table.ts";
import type { LinePlace, LineTable } from "./line-table.ts";
import { originOf } from "./plan-figures.ts";

/** Where lines are put, and what reads their events. */
export interface LineTables {
  readonly reader: FactReader;
  readonly facts: FactTable;
  readonly lines: LineTable;
}

/** The lines of a plan, which are in the tables. */
export interface ReadPlan {
  readonly lines: number;
  readonly lanes: ReadonlyMap<Lane, number>;
  /** Of each segment that is not as its manifest says the first thing that is wrong: the others follow from it. */
  readonly broken: readonly { readonly output: PlanOutput; readonly difference: Difference }[];
}

/** Segments that are read at a time; of each a block is held. */
const MOST_SEGMENTS = 4;

/** Reads every line of a plan, and holds its bytes against the manifest. Rejects with `IoError` where the store fails. */
export async function readPlanLines(
  store: ObjectStore,
  tables: LineTables,
  plan: SealedPlan,
  place: LinePlace,
  onBytes: (bytes: number) => void,
): Promise<ReadPlan> {
  const lanes = new Map<Lane, number>();
  let lines = 0;
  const visit = lineVisitor(tables, place);
  const read = await inParallel(plan.manifest.outputs, MOST_SEGMENTS, async (output) => {
    const [difference] = await eachVaultLine(store, plan, output, {
      bytes: onBytes,
      line(line, hash) {
        lines += 1;
        lanes.set(line.meta.lane, (lanes.get(line.meta.lane) ?? 0) + 1);
        visit(line, hash);
      },
    });
    return difference === undefined ? [] : [{ output, difference }];
  });
  return { lines, lanes, broken: read.flat() };
}

/** Puts lines of that place into the tables. */
export function lineVisitor({ reader, facts, lines }: LineTables, place: LinePlace) {
  const source = { stream: String(place.stream), origin: originOf(place) };
  return (line: ArchivedLine, hash: string): void => {
    const events = reader.eventsOf(line);
    const kind = line.meta.reason !== null ? "quarantined" : events.length === 0 ? "eventless" : "counted";
    lines.append(line.meta.id, hash, line.meta.log, kind, place);
    if (events.length > 0) for (const fact of reader.factsOf(line, hash)) facts.append(fact, source);
  };
}
