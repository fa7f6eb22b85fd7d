import type { FindQuery } from "../../../archive/find.ts";
import { blocksOfIds } from "../../../archive/lookup/blocks-of-lines.ts";
import type { LookupTrouble } from "../../../archive/lookup/segment-lookup.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { type FactConditions, openFactLines } from "../../../counts/facts/fact-lines.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { createPseudonyms, keyFingerprint } from "../../../derive/pseudonym.ts";
import type { Telling } from "../../terminal/telling.ts";
import { openLocalObjects } from "../archive/local-objects.ts";
import { knownKey, recordedFingerprint } from "../keys/pseudonym-key.ts";
import { DUCK_DB } from "./duck-db-options.ts";

/** Lines of a segment that are looked up one by one; more are in all of its blocks. */
const MOST_IDS = 10_000;

/** Ids that are remembered of all segments: about 100 MiB. Of more segments every line is looked at. */
const MOST_REMEMBERED = 1_000_000;

/** A search that goes by the facts of sealed hours. */
export interface FactSearch {
  readonly blocksOf: NonNullable<FindQuery["blocksOf"]>;
  /** False for a line that cannot be meant, by what `blocksOf` has found of its object. */
  readonly mayMatch: FindQuery["matches"];
  /** Tells what could not be used, and frees everything. */
  readonly close: () => void;
}

/**
 * Finds by facts where lines of an event lie, perhaps of one user, group or project. `user` is the dimension: whoever has
 * no key of the pseudonyms is led to the lines of all users. Null where the archive was used with none: then it has no
 * facts either. Rejects with `UsageError` or `IoError`.
 */
export async function openFactSearch(
  settings: PipelineSettings,
  catalogue: Catalogue,
  store: ObjectStore,
  conditions: FactConditions,
  trouble: LookupTrouble,
  { tell }: Pick<Telling, "tell">,
): Promise<FactSearch | null> {
  const key = await knownKey(settings);
  const pseudonymKey = key === null ? await recordedFingerprint(settings.archive, store) : keyFingerprint(key);
  if (pseudonymKey === null) return null;
  const { user } = conditions;
  const lines = await openFactLines(
    {
      store,
      local: openLocalObjects(settings.archive, store),
      basis: { catalogue: catalogue.digest, pseudonymKey, instance: settings.instance },
      mostIds: MOST_IDS,
      ...DUCK_DB,
    },
    { ...conditions, user: user === null || key === null ? null : createPseudonyms(key).user(user) },
  );
  const idsOfObjects = new Map<string, ReadonlySet<string>>();
  let remembered = 0;
  return {
    async blocksOf({ name, sealed }) {
      if (sealed === null) return null;
      const ids = await lines.idsOf(sealed.plan, sealed.output.number);
      if (ids === null) return null;
      remembered += ids.length;
      if (remembered <= MOST_REMEMBERED) idsOfObjects.set(name, new Set(ids));
      return blocksOfIds(store, sealed.output, ids, trouble);
    },
    mayMatch: ({ object, meta }) => idsOfObjects.get(object)?.has(meta.id) !== false,
    close() {
      lines.close();
      const { plans, first } = lines.missing();
      if (plans === 0) return;
      const what = plans === 1 ? "a sealed plan was" : `${plans} sealed plans were`;
      tell(`${what} read without facts: ${first} (hint: "logtally facts rebuild" writes them)`);
    },
  };
}
