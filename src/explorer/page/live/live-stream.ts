import type { LivePart, LiveReport } from "../../live-answers.ts";
import { askInParts } from "../connection.ts";
import { isFinal, problemText } from "../loading.ts";

/** What the server has told last, and how the connection is. */
export interface LiveState {
  /** The last report and the server's time of the last word from it; null before the first. */
  readonly known: { readonly now: string; readonly report: LiveReport } | null;
  readonly isPaused: boolean;
  /** Why nothing comes, in words; null while it does. */
  readonly problem: string | null;
  /** True where the same will not be asked again. */
  readonly isFinal: boolean;
}

/** A connection that stays open while somebody looks, and is made again where it was lost. */
export interface LiveStream {
  /** Asks with these parameters from now on, unless it does so already. */
  of(params: URLSearchParams): LiveState;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly leave: () => void;
}

const RETRY_MS = 3000;

/** `update` is called whenever something has changed. */
export function createLiveStream(update: () => void): LiveStream {
  let state: LiveState = { known: null, isPaused: false, problem: null, isFinal: false };
  let params = new URLSearchParams();
  let open: AbortController | null = null;
  const change = (changes: Partial<LiveState>): void => {
    state = { ...state, ...changes };
    update();
  };

  /** Until the signal: a page that is left open must go on by itself, whenever the server is there again. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const { now, report } of askInParts<LivePart>("/api/live", params, signal)) {
          const last = report ?? state.known?.report ?? null;
          change({ problem: null, known: last === null ? null : { now, report: last } });
        }
        if (!signal.aborted) change({ problem: "logtally has ended the connection" });
      } catch (error) {
        if (!signal.aborted) change({ problem: problemText(error), isFinal: isFinal(error) });
        if (isFinal(error)) return;
      }
      await pauseFor(RETRY_MS, signal);
    }
  };
  const stop = (): void => {
    open?.abort();
    open = null;
  };
  const start = (): void => {
    // A browser keeps few connections to a server: none for a page that nobody sees.
    if (open !== null || state.isPaused || document.hidden) return;
    open = new AbortController();
    void follow(open.signal);
  };
  const onVisibility = (): void => (document.hidden ? stop() : start());
  return {
    of(wanted) {
      if (String(wanted) !== String(params)) {
        stop();
        params = wanted;
        state = { ...state, known: null, problem: null, isFinal: false };
      }
      document.addEventListener("visibilitychange", onVisibility);
      start();
      return state;
    },
    pause() {
      stop();
      change({ isPaused: true, problem: null, isFinal: false });
    },
    resume() {
      state = { ...state, isPaused: false };
      start();
      update();
    },
    leave() {
      document.removeEventListener("visibilitychange", onVisibility);
      stop();
    },
  };
}

/** Resolves early where the signal aborts. */
function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal.aborted) resolve();
  });
}
