import type { Outcome } from "../../backends/elasticsearch/bulk.ts";
import type { Clock } from "../../core/clock.ts";
import type { IndexDocument } from "../../core/document-index.ts";
import { SECOND_MS } from "../../core/units.ts";
import { type HealthFigures, healthDocument, type Interval, type WorkerName } from "../../indexing/health-document.ts";

const EVERY_MS = 30 * SECOND_MS;
/** The last document may hold up the end so long, where the cluster does not answer. */
const LAST_MS = SECOND_MS;

/** What is counted between two documents. */
type Counts = Omit<HealthFigures, "lagMs" | "isAway">;

const NONE: Counts = { lines: 0, indexed: 0, rejected: 0, repeats: 0, spilledObjects: 0, masked: 0 };

/** A worker's word for how it does, in the index, at best effort: nothing waits for it. */
export interface WorkerHealth {
  readonly count: (counts: Partial<Counts>) => void;
  /** A line was published at this instant and is indexed now; milliseconds since 1970. */
  readonly noteIndexed: (publishedAtMs: number) => void;
  /** The index is away, or was until now. */
  readonly noteAway: () => void;
  /** A document every half minute, until the signal aborts. What fails is told. */
  keepTelling(signal: AbortSignal): Promise<void>;
  /** The last one, when nothing else tells any more. What fails is told. */
  tellLast(signal: AbortSignal): Promise<void>;
}

export interface WorkerHealthOptions {
  readonly worker: WorkerName;
  readonly clock: Clock;
  /** Tries once to create a document. */
  readonly tryToCreate: (document: IndexDocument, signal: AbortSignal) => Promise<Outcome>;
  /** True while a document would only be waited for. */
  readonly isAway: () => boolean;
  /** Is told what the cluster has against a document. */
  readonly onTrouble: (message: string) => void;
}

export function createWorkerHealth(options: WorkerHealthOptions): WorkerHealth {
  const { worker, clock, tryToCreate, isAway, onTrouble } = options;
  const { count, noteIndexed, noteAway, end } = createIntervals(clock);
  // Sent, perhaps arrived, and nobody knows: it is sent again as it is, so that nothing is counted twice.
  let unsettled: IndexDocument | null = null;

  /** Whatever fails, and be it our own fault, ends no worker. */
  async function outcomeOf(document: IndexDocument, signal: AbortSignal): Promise<Outcome> {
    try {
      return await tryToCreate(document, signal);
    } catch (error) {
      return { kind: "blocked", rejection: { status: 0, type: "failed", reason: String(error) } };
    }
  }

  /** Resolves with whether the document is settled: it is there, or will never be. */
  async function create(document: IndexDocument, signal: AbortSignal): Promise<boolean> {
    const outcome = await outcomeOf(document, signal);
    if (outcome.kind === "rejected" || outcome.kind === "blocked") {
      const { type, reason } = outcome.rejection;
      onTrouble(`index health into "${document.index}": ${type}: ${reason} (hint: no line waits for it)`);
    }
    return outcome.kind !== "busy" && outcome.kind !== "blocked";
  }

  async function tell(signal: AbortSignal): Promise<void> {
    if (isAway()) {
      // What is counted now stands in the next one.
      noteAway();
      return;
    }
    if (unsettled !== null && !(await create(unsettled, signal))) return;
    const { interval, figures } = end();
    unsettled = healthDocument(worker, interval, figures);
    if (await create(unsettled, signal)) unsettled = null;
  }

  return {
    count,
    noteIndexed,
    noteAway,
    async keepTelling(signal) {
      for (;;) {
        await clock.sleep(EVERY_MS, signal);
        if (signal.aborted) return;
        await tell(signal);
      }
    },
    async tellLast(signal) {
      const done = new AbortController();
      const late = new AbortController();
      const limit = clock.sleep(LAST_MS, done.signal).then(() => late.abort());
      await tell(AbortSignal.any([signal, late.signal]));
      done.abort();
      await limit;
    },
  };
}

interface Intervals extends Pick<WorkerHealth, "count" | "noteIndexed" | "noteAway"> {
  /** What was counted in the interval that ends now; the next one begins. */
  readonly end: () => { readonly interval: Interval; readonly figures: HealthFigures };
}

function createIntervals(clock: Pick<Clock, "nowMs" | "monotonicMs">): Intervals {
  let counts = NONE;
  let lagMs: number | null = null;
  let wasAway = false;
  let sinceMs = clock.monotonicMs();
  let sequence = 0;
  return {
    count(more) {
      counts = {
        lines: counts.lines + (more.lines ?? 0),
        indexed: counts.indexed + (more.indexed ?? 0),
        rejected: counts.rejected + (more.rejected ?? 0),
        repeats: counts.repeats + (more.repeats ?? 0),
        spilledObjects: counts.spilledObjects + (more.spilledObjects ?? 0),
        masked: counts.masked + (more.masked ?? 0),
      };
    },
    noteIndexed(publishedAtMs) {
      lagMs = Math.max(lagMs ?? 0, clock.nowMs() - publishedAtMs);
    },
    noteAway() {
      wasAway = true;
    },
    end() {
      const nowMs = clock.monotonicMs();
      sequence += 1;
      const interval = { atMs: clock.nowMs(), lengthMs: nowMs - sinceMs, sequence };
      const figures = { ...counts, lagMs, isAway: wasAway };
      counts = NONE;
      lagMs = null;
      wasAway = false;
      sinceMs = nowMs;
      return { interval, figures };
    },
  };
}
