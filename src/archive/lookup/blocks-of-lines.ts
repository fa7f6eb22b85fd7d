import type { ObjectStore } from "../../core/object-store.ts";
import type { FindQuery } from "../find.ts";
import type { PlanOutput } from "../manifest.ts";
import { keyOfId, keyOfRequest } from "./lookup-key.ts";
import { type LookupTrouble, lookUpBlocks } from "./segment-lookup.ts";

/** Says by look-ups which blocks can hold lines of a request; what cannot be used of them is noted. */
export function blocksOfRequest(
  store: ObjectStore,
  request: string,
  trouble: LookupTrouble,
): NonNullable<FindQuery["blocksOf"]> {
  const keys = [keyOfRequest(request)];
  return async ({ sealed }) => (sealed === null ? null : lookUpBlocks(store, sealed.output, "requests", keys, trouble));
}

/** The same of the lines with these ids, in one segment. Rejects with `IoError` where the store fails. */
export async function blocksOfIds(
  store: ObjectStore,
  output: PlanOutput,
  ids: readonly string[],
  trouble: LookupTrouble,
): Promise<ReadonlySet<number> | null> {
  return ids.length === 0 ? new Set() : lookUpBlocks(store, output, "ids", ids.map(keyOfId), trouble);
}
