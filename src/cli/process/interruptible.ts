import { IoError } from "../../core/fault.ts";
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

/** What is said of a stop: at once, and when the work has ended. */
interface StopWords {
  readonly underWay: string;
  readonly goesOn: string;
}

const NOTED: StopWords = {
  underWay: "what is under way is finished, and noted",
  goesOn: "the same command goes on where it was",
};

/**
 * Does work that another run goes on with: where a signal ended it, that is said, and the exit code is that of an
 * interruption. Rejects with what the work rejects with, unless that is the stop's doing.
 */
export async function goOnUnlessStopped(
  work: (signal: AbortSignal) => Promise<void>,
  { underWay, goesOn } = NOTED,
): Promise<void> {
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, underWay);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || !isCutShort(error, stop.signal)) throw error;
    tell(`interrupted; ${goesOn}`);
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    releaseSignals();
  }
}

/** True for how work fails that a stop has cut short: it gives up, or whom it asked has no time left to answer. */
function isCutShort(error: unknown, { reason }: AbortSignal): boolean {
  if (error instanceof IoError) return error.code === "unavailable";
  return error === reason || (error instanceof Error && error.name === "AbortError");
}

/** The same listener to bytes that are done with, which also gives up once the signal has come. */
export function givingUp(signal: AbortSignal, onBytes: (bytes: number) => void): (bytes: number) => void {
  return (bytes) => {
    signal.throwIfAborted();
    onBytes(bytes);
  };
}
