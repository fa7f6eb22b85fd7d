import { AskError } from "./ask-error.ts";

/** How far it is with something that is asked for. */
export type Loaded<T> =
  /** `previous` is what was there for another question, so that the page does not jump; null at first. */
  | { readonly kind: "loading"; readonly previous: T | null }
  | { readonly kind: "ready"; readonly value: T }
  /** `isFinal`: asking the same again would be of no use. */
  | { readonly kind: "failed"; readonly problem: string; readonly isFinal: boolean };

/** Keeps what was asked for last, and only that. */
export interface Loading<T> {
  /** The answer to the question of this key; asks where the key is another than before. */
  readonly of: (key: string, load: (signal: AbortSignal) => Promise<T>) => Loaded<T>;
  /** Forgets the answer, so that it is asked for again. */
  readonly forget: () => void;
  /** Ends what is under way. What is there is shown at the next time too, until there is a newer answer. */
  readonly leave: () => void;
}

/** `update` is called once there is an answer. */
export function createLoading<T>(update: () => void): Loading<T> {
  let key: string | null = null;
  let state: Loaded<T> = { kind: "loading", previous: null };
  let isOld = false;
  let stop = new AbortController();
  const leave = (): void => {
    stop.abort();
    isOld = true;
    if (state.kind === "loading") key = null;
  };
  return {
    of(wanted, load) {
      if (wanted === key && !isOld) return state;
      const isRenewed = wanted === key && state.kind === "ready";
      isOld = false;
      stop.abort();
      stop = new AbortController();
      const { signal } = stop;
      key = wanted;
      if (!isRenewed) state = { kind: "loading", previous: state.kind === "ready" ? state.value : null };
      const settle = (settled: Loaded<T>): void => {
        if (signal.aborted) return;
        state = settled;
        update();
      };
      load(signal).then(
        (value) => settle({ kind: "ready", value }),
        (error: unknown) => settle({ kind: "failed", problem: problemText(error), isFinal: isFinal(error) }),
      );
      return state;
    },
    forget() {
      key = null;
    },
    leave,
  };
}

/** Where something else has to be asked. */
export function isFinal(error: unknown): boolean {
  return error instanceof AskError && error.isFinal;
}

/** In words for users; what is no answer of the server is a fault of the page. */
export function problemText(error: unknown): string {
  if (error instanceof AskError) return error.message;
  return `the page has a fault: ${error instanceof Error ? error.message : String(error)}`;
}
