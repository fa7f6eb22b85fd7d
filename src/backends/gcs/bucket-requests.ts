import { type Backoff, retry } from "../../core/retry.ts";
import { type BucketPlace, bucketUrl } from "./bucket-place.ts";
import { gcsError, messageOf, passes, type Role } from "./gcs-error.ts";

export interface BucketOptions {
  readonly backoff: Backoff;
  /** Is told, in words, of the first error of a request that is tried again. */
  readonly onTrouble: (message: string) => void;
  /** Once it aborts no further try begins. */
  readonly signal?: AbortSignal;
}

/** How a bucket is asked, and what its objects are called there. */
export interface BucketRequests {
  /** Beginning of all names, with its slash. */
  readonly base: string;
  /** Of the place, as messages write it. */
  readonly url: string;
  /** Path of the objects; the encoded name of one comes behind a slash. */
  readonly objects: string;
  /** Does one request, again while its error passes. Rejects with `IoError`, the operation first. */
  readonly request: <T>(operation: string, role: Role, work: () => Promise<T>) => Promise<T>;
}

export function createBucketRequests(
  place: BucketPlace,
  { backoff, signal, onTrouble }: BucketOptions,
): BucketRequests {
  return {
    base: place.prefix === "" ? "" : `${place.prefix}/`,
    url: bucketUrl(place),
    objects: `/storage/v1/b/${place.bucket}/o`,
    async request(operation, role, work) {
      const onFirst = (error: unknown): void => onTrouble(`${operation}: ${messageOf(error)}`);
      try {
        return await retry(work, { passes, onFirst, signal }, backoff);
      } catch (error) {
        throw gcsError(operation, place.bucket, role, error);
      }
    },
  };
}
