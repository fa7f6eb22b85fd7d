import type { SearchPart, SearchRow } from "../../logs-answers.ts";
import { askInParts } from "../connection.ts";
import { problemText } from "../loading.ts";

/** How far a search is. */
export interface Found {
  readonly rows: readonly SearchRow[];
  /** What was told last; null before the first part. */
  readonly last: SearchPart | null;
  readonly problem: string | null;
  /** True where all this is of the search before. */
  readonly isStale: boolean;
}

/** One search at a time, whose answer comes in parts. */
export interface Search {
  /** Begins to search where it is another question than before. */
  readonly of: (params: URLSearchParams) => Found;
  /** Forgets the answer, so that the same question is asked again. */
  readonly forget: () => void;
  /** Ends what is under way. */
  readonly leave: () => void;
}

const NOTHING: Found = { rows: [], last: null, problem: null, isStale: false };

/** `update` is called whenever more was found. */
export function createSearch(update: () => void): Search {
  let key: string | null = null;
  let found = NOTHING;
  let stop = new AbortController();
  const run = async (params: URLSearchParams, signal: AbortSignal): Promise<void> => {
    let rows: SearchRow[] = [];
    try {
      for await (const part of askInParts<SearchPart>("/api/search", params, signal)) {
        rows = [...rows, ...part.rows];
        found = { rows, last: part, problem: null, isStale: false };
        update();
      }
    } catch (error) {
      if (signal.aborted) return;
      found = { ...(found.isStale ? NOTHING : found), problem: problemText(error) };
      update();
    }
  };
  return {
    of(params) {
      if (key === String(params)) return found;
      key = String(params);
      stop.abort();
      stop = new AbortController();
      found = { ...found, problem: null, isStale: true };
      void run(params, stop.signal);
      return found;
    },
    forget() {
      key = null;
    },
    leave() {
      stop.abort();
      if (found.last?.is_done !== true) key = null;
    },
  };
}
