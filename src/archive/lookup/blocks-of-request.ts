import type { ObjectStore } from "../../core/object-store.ts";
import type { FindQuery } from "../find.ts";
import { keyOfRequest } from "./lookup-key.ts";
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
