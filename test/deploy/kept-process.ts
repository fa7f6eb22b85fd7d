import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome, RunningProcess } from "../cli/logtally.ts";

/** A kubelet waits for longer, and twice as long each time. */
const RESTART_MS = 1000;

/** A process that is started again whenever it ends, as the container of a pod is. */
export interface KeptProcess {
  /** Of the one that runs, or was the last. */
  id(): number | undefined;
  /** How it has ended by itself so far. */
  readonly crashes: readonly Outcome[];
  /** All that it has said, on both streams. */
  log(): string;
  /** Aborted once it is to go. */
  readonly leaving: AbortSignal;
  /** SIGTERM, and SIGKILL once the grace is over. Resolves with how it ended. */
  stop(graceSeconds: number): Promise<Outcome>;
}

export function keepProcess(begin: () => RunningProcess): KeptProcess {
  const crashes: Outcome[] = [];
  const leaving = new AbortController();
  let said = "";
  const next = (): RunningProcess => {
    const running = begin();
    for (const stream of [running.child.stdout, running.child.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        said += bytes.toString();
      });
    }
    return running;
  };
  let { child, ended } = next();
  const keep = async (): Promise<Outcome> => {
    for (;;) {
      const outcome = await ended;
      if (leaving.signal.aborted) return outcome;
      crashes.push(outcome);
      await sleep(RESTART_MS);
      if (leaving.signal.aborted) return outcome;
      ({ child, ended } = next());
    }
  };
  const over = keep();
  return {
    id: () => child.pid,
    crashes,
    log: () => said,
    leaving: leaving.signal,
    async stop(graceSeconds) {
      leaving.abort();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), graceSeconds * 1000);
      const outcome = await over;
      clearTimeout(late);
      return outcome;
    },
  };
}
