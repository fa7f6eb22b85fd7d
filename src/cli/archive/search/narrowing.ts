import type { FindQuery } from "../../../archive/find.ts";
import type { LineObject } from "../../../archive/line-object.ts";
import { blocksOfRequest } from "../../../archive/lookup/blocks-of-lines.ts";
import { noTrouble, troubleSentence } from "../../../archive/lookup/segment-lookup.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { ON_TERMINAL, type Telling } from "../../terminal/telling.ts";
import { ANY_EVENT, type LineConditions, userDimension } from "./line-filter.ts";

/** What keeps a search from blocks that cannot match, and from reading lines that cannot. */
interface Narrowing {
  readonly blocksOf: FindQuery["blocksOf"];
  /** As the filter that was given; to be asked once the blocks of the line's object are known. */
  readonly matches: FindQuery["matches"];
  /** Tells what could not be used, and frees everything. */
  readonly close: () => void;
}

/**
 * By manifests where what is no record is asked for, by look-ups where lines of one request are, by facts where an event is;
 * else by times alone. Rejects with `UsageError` or `IoError`.
 */
export async function openNarrowing(
  settings: PipelineSettings,
  catalogue: Catalogue,
  store: ObjectStore,
  asked: LineConditions & { readonly lookups: boolean },
  matches: FindQuery["matches"],
  telling: Pick<Telling, "tell"> = ON_TERMINAL,
): Promise<Narrowing> {
  const trouble = noTrouble();
  const { tell } = telling;
  const tellTrouble = (): void => {
    if (trouble.segments > 0) tell(troubleSentence(trouble));
  };
  const { correlationId, event, user, group = null, project = null, quarantined } = asked;
  if (!asked.lookups) return { blocksOf: undefined, matches, close: tellTrouble };
  if (quarantined !== undefined) return { blocksOf: blocksOfQuarantine, matches, close: tellTrouble };
  if (correlationId !== undefined) {
    return { blocksOf: blocksOfRequest(store, correlationId, trouble), matches, close: tellTrouble };
  }
  if (event === undefined) return { blocksOf: undefined, matches, close: tellTrouble };
  const conditions = {
    event: event === ANY_EVENT ? null : event,
    user: user === undefined ? null : userDimension(user),
    group,
    project,
  };
  // With DuckDB, which others need not wait for.
  const { openFactSearch } = await import("../../open/counts/fact-search.ts");
  const facts = await openFactSearch(settings, catalogue, store, conditions, trouble, telling);
  if (facts === null) return { blocksOf: undefined, matches, close: tellTrouble };
  return {
    blocksOf: facts.blocksOf,
    matches: (line) => facts.mayMatch(line) && matches(line),
    close() {
      facts.close();
      tellTrouble();
    },
  };
}

async function blocksOfQuarantine({ mayBeQuarantined }: LineObject): Promise<ReadonlySet<number> | null> {
  return mayBeQuarantined ? null : new Set();
}
