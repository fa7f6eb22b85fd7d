import { type Backoff, retry } from "../../core/retry.ts";
import { type BucketPlace, bucketUrl } from "./bucket-place.ts";
import { gcsError, messageOf, passes, type Role } from "./gcs-error.ts";
import { createService, type Service } from "./service.ts";

/** For one try. */
const TIMEOUT_MS = 45_000;

export interface BucketOptions {
  readonly backoff: Backoff;
  /** Is told, in words, of the first error of a request that is tried again. */
  readonly onTrouble: (message: string) => void;
  /** For one try. */
  readonly timeoutMs?: number;
  /** Once it aborts no request goes on or begins. */
  readonly signal?: AbortSignal;
}

/** How a bucket is asked, and what its objects are called there. */
export interface BucketRequests {
  readonly service: Service;
  /** Beginning of all names, with its slash. */
  readonly base: string;
  /** Of the place, as messages write it. */
  readonly url: string;
  /** Path of the objects; the encoded name of one comes behind a slash. */
  readonly objects: string;
  /** Does one request, again while its error passes. Rejects with `IoError`, the operation first. */
  readonly request: <T>(operation: string, role: Role, work: () => Promise<T>) => Promise<T>;
}

export function createBucketRequests(place: BucketPlace, options: BucketOptions): BucketRequests {
  const { backoff, signal, onTrouble } = options;
  return {
    service: createService(place.endpoint, options.timeoutMs ?? TIMEOUT_MS, signal ?? null),
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
