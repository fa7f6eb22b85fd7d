import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../../core/fault.ts";
import { DAY_MS, SECOND_MS } from "../../core/units.ts";
import type { Metrics, Sample } from "../../observe/metrics.ts";
import type { NoticeCode } from "../../observe/notice.ts";
import { LISTEN_HELP, type ListenAt, listenAt } from "../options/listen-at.ts";
import { SPAN_UNITS } from "../options/span-units.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_INTERRUPTED, isToldError } from "../process/exit-code.ts";
import { openObservation } from "../process/observation.ts";
import { pause } from "../process/pause.ts";
import { onReloadSignal } from "../process/reload-signal.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { note, notify } from "../terminal/tell.ts";

/** Work on an archive that is done again and again, each time by a pass that takes up what is due. */
export type Duty = "seal" | "sign" | "gc" | "ledger";

export interface DutyOptions {
  /** Milliseconds between two passes; missing: one pass. */
  readonly every?: number;
  readonly listen?: ListenAt;
}

/** One pass. Rejects where it could not be done. */
export type Pass = (signal: AbortSignal, metrics: Metrics | null) => Promise<PassResult>;

export interface PassResult {
  readonly isRight: boolean;
  /** What it found, shown until the next pass finds something; missing: nothing that is shown. */
  readonly found?: readonly Sample[];
}

/** Between two looks for an archive that no worker has begun yet. */
const WAIT_MS = 10 * SECOND_MS;

const FAILED: Readonly<Record<Duty, NoticeCode>> = {
  seal: "seal_failed",
  sign: "sign_failed",
  gc: "gc_failed",
  ledger: "ledger_failed",
};

/** Adds the options of a duty that may go on until it is stopped. */
export function withDutyOptions(command: Command): Command {
  return command
    .option("--every <span>", "do so again and again, with such a pause (30s, 5m, 1h), until stopped", spanMs)
    .option("--listen <port>", `with --every: ${LISTEN_HELP}`, listenAt);
}

function spanMs(value: string): number {
  const [, amount, unit = ""] = /^([1-9]\d{0,4})([smhd])$/.exec(value) ?? [];
  const ms = Number(amount) * (SPAN_UNITS[unit] ?? Number.NaN);
  if (ms <= 7 * DAY_MS) return ms;
  throw new InvalidArgumentError("It must be a span from 1s to 7d, such as 30s, 5m or 1h.");
}

/** Whether it is repeated. Throws `UsageError` for options of a duty that is, where this one is not. */
export function goesOn({ every, listen }: DutyOptions): boolean {
  if (every !== undefined || listen === undefined) return every !== undefined;
  throw new UsageError("--listen: what ends at once has nothing to show (hint: add --every 5m)");
}

/**
 * Passes, one after the other, until a signal. A pass that fails is told and the next one tries again; but what is wrong
 * with the settings ends the first. An archive in a bucket that no worker has begun yet is waited for. Rejects with `UsageError`.
 */
export async function repeatDuty(duty: Duty, { every = 0, listen }: DutyOptions, pass: Pass): Promise<void> {
  // Each pass reads the settings anew, so that there is nothing to reload; but unheard the signal ends the process.
  const reloadSignal = onReloadSignal();
  const observation = await openObservation(listen, SYSTEM_CLOCK);
  const metrics = observation?.metrics ?? null;
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "what is under way is finished");
  for (const outcome of OUTCOMES) metrics?.begin("logtally_passes_total", { duty, outcome });
  metrics?.begin("logtally_pass_seconds", { duty });
  let lastSuccessMs = 0;
  let isFailing = false;
  let hasFound = false;
  let shown: readonly Sample[] = [];
  metrics?.read(() => [...successSample(duty, lastSuccessMs), ...shown]);
  observation?.readyUnless(() => [
    ...(stop.signal.aborted ? ["stopping"] : []),
    ...(isFailing ? [`the last pass of ${duty} failed`] : []),
  ]);
  note("started", `${duty}, again and again`);
  try {
    for (let last: Outcome | null = null; !stop.signal.aborted; ) {
      const beganMs = SYSTEM_CLOCK.monotonicMs();
      const outcome = await outcomeOf(duty, { last, hasFound }, async () => {
        const { isRight, found } = await pass(stop.signal, metrics);
        shown = found ?? shown;
        return isRight;
      });
      last = outcome;
      hasFound ||= outcome === "ok" || outcome === "not_right";
      isFailing = outcome === "failed";
      if (outcome === "ok") lastSuccessMs = SYSTEM_CLOCK.nowMs();
      metrics?.add("logtally_passes_total", { duty, outcome }, 1);
      metrics?.add("logtally_pass_seconds", { duty }, (SYSTEM_CLOCK.monotonicMs() - beganMs) / SECOND_MS);
      note("pass_ended", `${duty}: ${outcome}`);
      await pause(outcome === "waits" ? Math.min(every, WAIT_MS) : every, stop.signal);
    }
  } finally {
    releaseSignals();
    reloadSignal.release();
    await observation?.close();
  }
  note("stopped", duty);
  process.exitCode = EXIT_INTERRUPTED;
}

/** None before the first success: it would be one of 1970. */
function successSample(duty: Duty, lastMs: number): readonly Sample[] {
  if (lastMs === 0) return [];
  return [{ name: "logtally_last_success_timestamp_seconds", labels: { duty }, value: lastMs / SECOND_MS }];
}

/** `waits`: there is no archive in the bucket yet. */
const OUTCOMES = ["ok", "not_right", "failed", "waits"] as const;
type Outcome = (typeof OUTCOMES)[number];

interface Before {
  /** Of the pass before; null for the first. */
  readonly last: Outcome | null;
  /** Whether a pass has found the archive. */
  readonly hasFound: boolean;
}

async function outcomeOf(duty: Duty, before: Before, pass: () => Promise<boolean>): Promise<Outcome> {
  try {
    return (await pass()) ? "ok" : "not_right";
  } catch (error) {
    if (!isToldError(error)) throw error;
    if (error instanceof UsageError && error.mayCome && !before.hasFound) {
      if (before.last !== "waits") notify("archive_not_begun", [`${duty} waits for the first worker`, ...error.lines]);
      return "waits";
    }
    // What is wrong with the settings is so at the first look, or the first that finds the archive.
    if (error instanceof UsageError && (before.last === null || before.last === "waits")) throw error;
    notify(FAILED[duty], error.lines);
    return "failed";
  }
}
