import { setGlobalProxyFromEnv } from "node:http";
import type { BucketPlace } from "../../backends/gcs/bucket-place.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MINUTE_MS } from "../../core/units.ts";
import { serviceBackoff } from "./service-backoff.ts";

/** The objects of a bucket below a prefix; nothing is reached yet. */
export async function openBucket(place: BucketPlace): Promise<ObjectStore> {
  // HTTPS_PROXY and NO_PROXY hold for requests to the service as they do for other programs.
  setGlobalProxyFromEnv();
  // Google's library for credentials takes a while to load.
  const { createGcsStore } = await import("../../backends/gcs/gcs-store.ts");
  return createGcsStore(place, { backoff: serviceBackoff(2 * MINUTE_MS), onTrouble: tellTrouble });
}

function tellTrouble(message: string): void {
  process.stderr.write(`logtally: ${message}; trying again for up to two minutes\n`);
}
