import { setTimeout as sleep } from "node:timers/promises";

/** Waits so long, or until the signal aborts: who waits looks at the signal then. There is always a turn of the loop. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
