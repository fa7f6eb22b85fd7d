import { setGlobalProxyFromEnv } from "node:http";
import type { BucketPlace } from "../../backends/gcs/bucket-place.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { tell } from "../tell.ts";
import { serviceBackoff } from "./service-backoff.ts";

/** How long a bucket may be away, and what ends the requests that are under way. */
export interface Patience {
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
}

/** The objects of a bucket below a prefix; nothing is reached yet. Without patience two minutes have to do. */
export async function openBucket(place: BucketPlace, patience?: Patience): Promise<ObjectStore> {
  // HTTPS_PROXY and NO_PROXY hold for requests to the service as they do for other programs.
  setGlobalProxyFromEnv();
  // Google's library for credentials takes a while to load.
  const { createGcsStore } = await import("../../backends/gcs/gcs-store.ts");
  const { giveUpAfterMs = 2 * MINUTE_MS, signal } = patience ?? {};
  const howLong = giveUpAfterMs === Number.POSITIVE_INFINITY ? "until it answers" : "for up to two minutes";
  return createGcsStore(place, {
    backoff: serviceBackoff(giveUpAfterMs),
    onTrouble: (message) => tell(`${message}; trying again ${howLong}`),
    ...(signal === undefined ? {} : { signal }),
  });
}
