import type { BucketPlace } from "../../../backends/gcs/bucket-place.ts";
import type { BucketOptions } from "../../../backends/gcs/bucket-requests.ts";
import type { BucketAdmin } from "../../../backends/gcs/bucket-rules.ts";
import type { Service } from "../../../backends/gcs/service.ts";
import type { ObjectHolds } from "../../../core/object-holds.ts";
import type { ObjectRemover } from "../../../core/object-remover.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { MINUTE_MS } from "../../../core/units.ts";
import { notify } from "../../terminal/tell.ts";
import { setProxy } from "../proxy.ts";
import { serviceBackoff } from "../service-backoff.ts";

/** How long a bucket may be away, and what ends the requests that are under way. */
export interface Patience {
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
}

/** The objects of a bucket below a prefix; nothing is reached yet. Without patience two minutes have to do. */
export async function openBucket(place: BucketPlace, patience?: Patience): Promise<ObjectStore> {
  await setProxy();
  // Google's library for credentials takes a while to load.
  const { createGcsStore } = await import("../../../backends/gcs/gcs-store.ts");
  return createGcsStore(await openService(place, patience), place, bucketOptions(patience));
}

/** Removes objects of `openBucket`, with as much patience. */
export async function openBucketRemover(place: BucketPlace): Promise<ObjectRemover> {
  await setProxy();
  const { createGcsRemover } = await import("../../../backends/gcs/gcs-remover.ts");
  return createGcsRemover(await openService(place), place, bucketOptions());
}

/** The rules of a bucket, with as much patience. */
export async function openBucketAdmin(place: BucketPlace): Promise<BucketAdmin> {
  await setProxy();
  const { createBucketAdmin } = await import("../../../backends/gcs/bucket-rules.ts");
  return createBucketAdmin(await openService(place, undefined, true), place, bucketOptions());
}

/** Holds on the objects of a bucket, with as much patience. */
export async function openBucketHolds(place: BucketPlace): Promise<ObjectHolds> {
  await setProxy();
  const { createGcsHolds } = await import("../../../backends/gcs/gcs-holds.ts");
  return createGcsHolds(await openService(place, undefined, true), place, bucketOptions());
}

async function openService({ endpoint }: BucketPlace, patience?: Patience, isAdmin = false): Promise<Service> {
  const { createService } = await import("../../../backends/gcs/service.ts");
  return createService({ endpoint, isAdmin, ...(patience === undefined ? {} : { signal: patience.signal }) });
}

function bucketOptions({ giveUpAfterMs = 2 * MINUTE_MS, signal }: Partial<Patience> = {}): BucketOptions {
  const howLong = giveUpAfterMs === Number.POSITIVE_INFINITY ? "until it answers" : "for up to two minutes";
  return {
    backoff: serviceBackoff("archive", giveUpAfterMs),
    onTrouble: (message) => notify("archive_retrying", `${message}; trying again ${howLong}`),
    ...(signal === undefined ? {} : { signal }),
  };
}
