import { tell } from "../terminal/tell.ts";
import { EXIT_INTERRUPTED } from "./exit-code.ts";
import { stopOnSignals } from "./stop-signal.ts";

/**
 * Does work that proves something only when it is done: where a signal ended it, that is said, and the exit code is that
 * of an interruption. The work gives up by `signal.throwIfAborted()`. Rejects with what the work rejects with.
 */
export async function proveUnlessStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "nothing will be proved");
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    tell("interrupted; nothing is proved");
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    releaseSignals();
  }
}

/**
 * Does work that notes how far it is: where a signal ended it, it is said that the same command goes on there, and the
 * exit code is that of an interruption. Rejects with what the work rejects with unless it was stopped.
 */
export async function goOnUnlessStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "what is under way is finished, and noted");
  try {
    await work(stop.signal);
  } catch (error) {
    // What a stop has cut short fails in many ways.
    if (!stop.signal.aborted) throw error;
    tell("interrupted; the same command goes on where it was");
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    releaseSignals();
  }
}

/** The same listener to bytes that are done with, which also gives up once the signal has come. */
export function givingUp(signal: AbortSignal, onBytes: (bytes: number) => void): (bytes: number) => void {
  return (bytes) => {
    signal.throwIfAborted();
    onBytes(bytes);
  };
}
