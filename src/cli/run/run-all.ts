import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { BatchWatch } from "../../observe/batch-watch.ts";
import { openWorker } from "../open/worker.ts";
import { isToldError } from "../process/exit-code.ts";
import type { Observation } from "../process/observation.ts";
import type { ReloadSignal } from "../process/reload-signal.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { createProgress } from "../terminal/progress.ts";
import { note, notify } from "../terminal/tell.ts";
import { sealBeside } from "./seal-beside.ts";
import { isEndless, type RunSummary, type Worker } from "./worker.ts";

/** An archive of years is not looked through only to say how much of the last minutes was there before: a stop has to end. */
export const REPEATS_GRACE_MS = 3 * SECOND_MS;
/** A batch that waits for so long says that something takes nothing. */
const WAITING_MS = 120 * SECOND_MS;

/** What became of pipelines that ran side by side: the summaries of those that ended well, and the first failure. */
export interface RunOutcome {
  readonly summaries: readonly RunSummary[];
  readonly failure: Error | null;
}

/** Pipeline files (undefined: the one that runs where none is named), and what the command line says about all of them. */
export interface Asked {
  readonly pipelines: readonly (string | undefined)[];
  readonly options: PipelineOptions;
}

/**
 * Runs the pipelines side by side. When one fails the others are stopped. Asked to reload, it finishes what is in hand,
 * reads them again and goes on as they are then; pipelines that cannot be run as they are written go on as before. Without
 * a signal nobody asks.
 */
export async function runAll(
  asked: Asked,
  observation: Observation | null,
  reloadSignal: ReloadSignal | null,
): Promise<RunOutcome> {
  const load = (): Promise<PipelineSettings[]> =>
    Promise.all(asked.pipelines.map((pipeline) => loadSettings(pipeline, asked.options)));
  let settings = await load();
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the open segments are being closed");
  // What has an end is run again with other settings by whoever wants that.
  if (!settings.some(isEndless)) reloadSignal?.release();
  const summaries: RunSummary[] = [];
  let before: PipelineSettings[] | null = null;
  try {
    for (;;) {
      const endTurn = new AbortController();
      const workers = await openWorkers(settings, before, { stop, endTurn, observation });
      if (workers === null) {
        settings = before ?? settings;
        before = null;
        continue;
      }
      if (before !== null) notify("reloaded", `runs ${namesOf(settings)} as written now`);
      const ended = await runTurn(workers, asked, { settings, load, stop, endTurn, reloadSignal, observation });
      summaries.push(...ended.summaries);
      if (ended.next === null) return { summaries, failure: ended.failure };
      before = settings;
      settings = ended.next;
    }
  } finally {
    releaseSignals();
    reloadSignal?.release();
  }
}

/** A worker, and who watches it. */
interface OpenWorker {
  readonly worker: Worker;
  readonly settings: PipelineSettings;
  readonly watch: BatchWatch | null;
}

interface Opening {
  readonly stop: AbortController;
  /** Ends these workers alone. */
  readonly endTurn: AbortController;
  readonly observation: Observation | null;
}

/** Null where they cannot be opened, and others ran before. */
async function openWorkers(
  settings: readonly PipelineSettings[],
  before: readonly PipelineSettings[] | null,
  { stop, endTurn, observation }: Opening,
): Promise<OpenWorker[] | null> {
  const ending = { end: AbortSignal.any([stop.signal, endTurn.signal]), stop: stop.signal };
  const opening = settings.map(async (each): Promise<OpenWorker> => {
    const watch = observation?.watch(each.name) ?? null;
    return { worker: await openWorker(each, watch, ending), settings: each, watch };
  });
  const results = await Promise.allSettled(opening);
  const open = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return open;
  // What they hold, the others will want to have.
  endTurn.abort();
  await Promise.all(open.map(({ worker }) => worker.close()));
  const error: unknown = failed.reason;
  if (before === null || stop.signal.aborted || !isToldError(error)) throw error;
  notify("reload_refused", error.lines);
  return null;
}

interface Turn extends Opening {
  readonly settings: readonly PipelineSettings[];
  readonly load: () => Promise<PipelineSettings[]>;
  readonly reloadSignal: ReloadSignal | null;
}

/** `next` is what to run then; null where it is over. */
type EndedTurn = RunOutcome & { readonly next: PipelineSettings[] | null };

async function runTurn(open: readonly OpenWorker[], asked: Asked, turn: Turn): Promise<EndedTurn> {
  const { stop, load, reloadSignal } = turn;
  const workers = open.map(({ worker }) => worker);
  const ended = new AbortController();
  const hide = showWorkers(open, turn);
  const reloading = nextSettings(reloadSignal, load, ended.signal).then((next) => {
    if (next !== null) turn.endTurn.abort();
    return next;
  });
  const until = AbortSignal.any([stop.signal, turn.endTurn.signal, ended.signal]);
  const sealing = open.map(async ({ worker, settings: { seal } }, index) => {
    if (worker.isEndless && seal.isByWorker) {
      await sealBeside(asked.pipelines[index], asked.options, seal.everyMs, until);
    }
  });
  note("started", `runs ${namesOf(turn.settings)}`);
  const results = await runWorkers(workers, turn);
  ended.abort();
  await Promise.all(sealing);
  const next = await reloading;
  const isOver = next === null || stop.signal.aborted || results.some(({ status }) => status === "rejected");
  // For all of them together; and not at all while messages wait.
  const late = isOver ? AbortSignal.timeout(REPEATS_GRACE_MS) : AbortSignal.abort();
  const outcome = await outcomeOf(workers, results, late);
  hide();
  return { ...outcome, next: isOver ? null : next };
}

/** Settings that were asked for and can be read; null once it is over. What cannot be read is told. */
async function nextSettings(
  reloadSignal: ReloadSignal | null,
  load: () => Promise<PipelineSettings[]>,
  ended: AbortSignal,
): Promise<PipelineSettings[] | null> {
  while ((await reloadSignal?.asked(ended)) === true) {
    try {
      const next = await load();
      if (next.every(isEndless)) return next;
      throw new UsageError("reload: a pipeline would end with its input (hint: run it apart)");
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      notify("reload_refused", error.lines);
    }
  }
  return null;
}

/** Until the returned function is called. */
function showWorkers(open: readonly OpenWorker[], { stop, endTurn, observation }: Turn): () => void {
  if (observation === null) return () => undefined;
  const hides = open.map(({ worker, settings, watch }) =>
    observation.show(settings.name, () => ({
      ...worker.figures(),
      oldestHeldMs: watch?.oldestHeldMs() ?? null,
      oldestWaitingMs: watch?.oldestWaitingMs() ?? null,
    })),
  );
  observation.readyUnless(() => {
    if (stop.signal.aborted) return ["stopping"];
    if (endTurn.signal.aborted) return ["reloading"];
    return open.flatMap(({ settings, watch }) => {
      const waitingMs = watch?.oldestWaitingMs() ?? 0;
      if (waitingMs < WAITING_MS) return [];
      const seconds = Math.round(waitingMs / SECOND_MS);
      return [`lines of "${settings.name}" have waited ${seconds} s for the archive, or the index`];
    });
  });
  return () => {
    for (const hide of hides) hide();
  };
}

async function outcomeOf(
  workers: readonly Worker[],
  results: readonly PromiseSettledResult<void>[],
  late: AbortSignal,
): Promise<RunOutcome> {
  const ended = workers.filter((_, index) => results[index]?.status === "fulfilled");
  const summaries: RunSummary[] = [];
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  for (const [index, worker] of ended.entries()) {
    // All have written by now: only the lines of those named before count as there before.
    const later = new Set(ended.slice(index + 1).map(({ writer }) => writer));
    try {
      summaries.push(await worker.summarize(later, late));
    } catch (error) {
      // What the others did is told all the same.
      failures.push(error as Error);
    }
  }
  return { summaries, failure: failures[0] ?? null };
}

/** Resolves when all have ended, so that a failure elsewhere does not cut off a segment that is being closed. */
async function runWorkers(
  workers: readonly Worker[],
  { stop }: Pick<Opening, "stop">,
): Promise<PromiseSettledResult<void>[]> {
  const sizes = workers.map((worker) => worker.inputBytes);
  const totalBytes = sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  const progress = createProgress("reading", totalBytes);
  const run = async (worker: Worker): Promise<void> => {
    try {
      await worker.run(progress.add);
    } catch (error) {
      stop.abort();
      throw error;
    }
  };
  const results = await Promise.allSettled(workers.map(run));
  progress.stop();
  return results;
}

function namesOf(settings: readonly PipelineSettings[]): string {
  return settings.map(({ name }) => `"${name}"`).join(", ");
}
