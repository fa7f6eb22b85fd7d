import { IoError } from "../core/fault.ts";
import type { IndexMarkers } from "../core/index-markers.ts";

export interface CatchUpOptions {
  readonly markers: IndexMarkers;
  /** Indexes the lines of an archived object. Rejects with `IoError`. */
  readonly index: (object: string) => Promise<void>;
  /** An object was indexed: the index is there. */
  readonly onIndexed: () => void;
  /** Is told, in words, of an object that has to wait longer. */
  readonly onTrouble: (message: string) => void;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Many workers catch up together: each takes so many in an order of its own, so that few are done twice. */
const PORTION = 100;

/**
 * Indexes what waits, whoever has marked it. Resolves with true when nothing waits any more, with false where something
 * still does. An object that cannot be read, or that the index does not take as it is, is told and left; an index, or an
 * archive, that is away rejects with `IoError`. An object that two workers index at once is there once.
 */
export async function catchUp(options: CatchUpOptions): Promise<boolean> {
  let isAllDone = true;
  let portion: string[] = [];
  const settle = async (): Promise<void> => {
    const objects = shuffled(portion, options.random);
    portion = [];
    for (const object of objects) {
      if (options.signal.aborted) {
        isAllDone = false;
        return;
      }
      if (!(await finishOne(object, options))) isAllDone = false;
    }
  };
  for await (const object of options.markers.waiting()) {
    portion.push(object);
    if (portion.length >= PORTION) await settle();
    if (options.signal.aborted) return false;
  }
  await settle();
  return isAllDone;
}

async function finishOne(object: string, { markers, index, onIndexed, onTrouble }: CatchUpOptions): Promise<boolean> {
  if (await markers.isDone(object)) return true;
  try {
    await index(object);
  } catch (error) {
    if (!(error instanceof IoError) || error.code === "unavailable") throw error;
    // Another worker has indexed it since it was listed, and then it was removed with its markers.
    if (error.code === "not_found" && !(await markers.isWaiting(object))) return true;
    onTrouble(error.message);
    return false;
  }
  await markers.finish(object);
  onIndexed();
  return true;
}

/** Fisher and Yates. */
function shuffled(names: string[], random: () => number): string[] {
  for (let last = names.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [names[last], names[other]] = [names[other] ?? "", names[last] ?? ""];
  }
  return names;
}
