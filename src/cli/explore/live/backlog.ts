import { listMarks } from "../../../archive/index-markers.ts";
import { type LineObject, listLineObjects } from "../../../archive/line-object.ts";
import { IoError } from "../../../core/fault.ts";
import { inParallel } from "../../../core/in-parallel.ts";
import { MINUTE_MS } from "../../../core/units.ts";
import type { Backlog } from "../../../explorer/live-answers.ts";
import type { ExploredArchive } from "../explored-archive.ts";

/** Knows what waits to be sealed or indexed, for all who look on. */
export interface BacklogWatch {
  /** As it was some minutes ago at the most, unless looking takes longer; looks again beside. */
  known(): { readonly backlog: Backlog | null; readonly problem: string | null };
}

/** It reads what all plans say: not at each round, and of the time in between only a small part. */
const LOOK_EVERY_MS = MINUTE_MS;
const MOST_SHARE = 0.05;
const MOST_READS = 16;

export function createBacklogWatch({ store, clock }: Pick<ExploredArchive, "store" | "clock">): BacklogWatch {
  /** Lines of unsealed objects: these never change. */
  let linesOf = new Map<string, number>();
  let known: ReturnType<BacklogWatch["known"]> = { backlog: null, problem: null };
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let isLooking = false;

  async function look(): Promise<Backlog> {
    const streams = new Set<string>();
    const unsealed: LineObject[] = [];
    for await (const object of listLineObjects(store, () => true)) {
      streams.add(object.stream);
      if (object.sealed === null) unsealed.push(object);
    }
    const lines = await inParallel(unsealed, MOST_READS, async (object) => {
      return linesOf.get(object.name) ?? (await object.open()).table.rows;
    });
    linesOf = new Map(unsealed.map(({ name }, index) => [name, lines[index] ?? 0]));
    const marks = await inParallel([...streams], MOST_READS, (stream) => listMarks(store, stream));
    return {
      unsealed_objects: unsealed.length,
      unsealed_lines: lines.reduce((sum, count) => sum + count, 0),
      unindexed_objects: marks.flatMap((each) => [...each.values()]).filter((isDone) => !isDone).length,
    };
  }

  async function lookBeside(): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    try {
      known = { backlog: await look(), problem: null };
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      known = { backlog: null, problem: `what waits to be sealed is not known: ${error.message}` };
    }
    const endedAtMs = clock.monotonicMs();
    nextAtMs = endedAtMs + Math.max(LOOK_EVERY_MS, (endedAtMs - startedAtMs) / MOST_SHARE);
  }

  return {
    known() {
      if (!isLooking && clock.monotonicMs() >= nextAtMs) {
        isLooking = true;
        void lookBeside().finally(() => {
          isLooking = false;
        });
      }
      return known;
    },
  };
}
