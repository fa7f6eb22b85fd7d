import { createHash } from "node:crypto";
import { type Bucket, Storage } from "@google-cloud/storage";
import { IoError, UsageError } from "../../core/fault.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { type Backoff, retry } from "../../core/retry.ts";
import { downloadRange } from "./download.ts";
import { gcsError, messageOf, passes, type Role, statusOf } from "./gcs-error.ts";

const CREATOR: Role = "roles/storage.objectCreator";
const VIEWER: Role = "roles/storage.objectViewer";
/** For one try; the largest object takes seconds. */
const TIMEOUT_MS = 120_000;
const PRECONDITION_FAILED = 412;
const NOT_FOUND = 404;
/** What lies here is read soon, and small: a cold class of the bucket would make each object cost for months. */
const STORAGE_CLASS = "STANDARD";
/** No object has it: generations are times in microseconds. */
const IMPOSSIBLE_GENERATION = 1;
/** Never made. */
const CHECKED_NAME = "ctl/check";

export interface BucketPlace {
  readonly bucket: string;
  /** Beginning of all names, without a slash at its end; empty for the bucket itself. */
  readonly prefix: string;
  /** URL of the service; null for Google's. Credentials go over HTTPS only. */
  readonly endpoint: string | null;
}

/**
 * Objects in a bucket of Cloud Storage. Needs no right to delete or overwrite: `create` asks for a name that is not
 * taken, in one request, so that a broken upload leaves nothing. Errors that pass are tried again by `backoff`,
 * and `onTrouble` is told of the first of them, in words.
 */
export function createGcsStore(
  place: BucketPlace,
  backoff: Backoff,
  onTrouble: (message: string) => void,
): ObjectStore {
  const bucket = openBucket(place);
  const base = place.prefix === "" ? "" : `${place.prefix}/`;
  const url = `gs://${place.bucket}${place.prefix === "" ? "" : `/${place.prefix}`}`;
  const download = (name: string, start: number, end: number): Promise<Buffer> =>
    downloadRange(bucket, `${base}${name}`, { start, end }, { endpoint: place.endpoint, timeoutMs: TIMEOUT_MS });

  /** Does one request, again while its error passes. Rejects with `IoError`. */
  async function request<T>(operation: string, role: Role, work: () => Promise<T>): Promise<T> {
    const onFirst = (error: unknown): void => onTrouble(`${operation}: ${messageOf(error)}`);
    try {
      return await retry(work, { passes, onFirst }, backoff);
    } catch (error) {
      throw gcsError(operation, place.bucket, role, error);
    }
  }

  async function* list(prefix: string): AsyncIterable<ObjectInfo> {
    checkObjectPrefix(prefix);
    let pageToken: string | undefined;
    do {
      const page = await request(`list "${prefix}" in ${url}`, VIEWER, () =>
        listPage(bucket, `${base}${prefix}`, pageToken),
      );
      for (const { name, sizeBytes } of page.objects) yield { name: name.slice(base.length), sizeBytes };
      pageToken = page.nextToken;
    } while (pageToken !== undefined);
  }

  return {
    async create(name, content) {
      checkObjectName(name);
      const operation = `create "${name}" in ${url}`;
      return request(operation, CREATOR, () => upload(bucket, `${base}${name}`, content, operation));
    },

    async read(name, start, end) {
      checkObjectName(name);
      const operation = `read "${name}" in ${url}`;
      const bytes = await request(operation, VIEWER, () => orNull(download(name, start, end)));
      if (bytes === null) throw new IoError("not_found", `${operation}: not there`);
      return bytes;
    },

    list,

    async check(access) {
      const operation = `open archive "${url}"`;
      if (access === "read") {
        for (const root of ["wal/", "ctl/"]) for await (const _ of list(root)) return;
        throw new UsageError(`${operation}: no archive there (hint: "logtally run" makes one)`);
      }
      for await (const _ of list("wal/")) break;
      await request(operation, VIEWER, () => orNull(download(CHECKED_NAME, 0, 1)));
      await request(operation, CREATOR, () => refusedUpload(bucket, `${base}${CHECKED_NAME}`));
    },
  };
}

/** Repeats are ours (`retry`): the client's own would depend on what it takes a request for. */
function openBucket({ bucket, endpoint }: BucketPlace): Bucket {
  const service =
    endpoint === null ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: endpoint.startsWith("https:") };
  const storage = new Storage({ ...service, timeout: TIMEOUT_MS, retryOptions: { autoRetry: false, maxRetries: 0 } });
  return storage.bucket(bucket);
}

async function upload(
  bucket: Bucket,
  name: string,
  content: Uint8Array,
  operation: string,
): Promise<"created" | "exists"> {
  const md5Hash = createHash("md5").update(content).digest("base64");
  const file = bucket.file(name);
  try {
    await file.save(Buffer.from(content.buffer, content.byteOffset, content.byteLength), {
      resumable: false,
      // The client's own check deletes what does not fit. The service checks the hash before the object appears.
      validation: false,
      metadata: { contentType: "application/octet-stream", storageClass: STORAGE_CLASS, md5Hash },
      preconditionOpts: { ifGenerationMatch: 0 },
      timeout: TIMEOUT_MS,
    });
  } catch (error) {
    // After an unknown outcome it may be ours: the caller compares.
    if (statusOf(error) === PRECONDITION_FAILED) return "exists";
    throw error;
  }
  const stored = file.metadata.md5Hash;
  if (stored === md5Hash) return "created";
  throw new IoError(
    "corrupt",
    `${operation}: stored with MD5 "${stored}", sent with "${md5Hash}" (hint: run again, it takes another name)`,
  );
}

interface Page {
  readonly objects: readonly ObjectInfo[];
  readonly nextToken: string | undefined;
}

async function listPage(bucket: Bucket, prefix: string, pageToken: string | undefined): Promise<Page> {
  const query = { prefix, autoPaginate: false, ...(pageToken === undefined ? {} : { pageToken }) };
  const [files, next] = await bucket.getFiles(query);
  const objects = files.map(({ name, metadata }) => ({ name, sizeBytes: Number(metadata.size) }));
  return { objects, nextToken: (next as { readonly pageToken?: string } | null)?.pageToken };
}

/** Null for an object that is not there. */
async function orNull<T>(download: Promise<T>): Promise<T | null> {
  try {
    return await download;
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) return null;
    throw error;
  }
}

/** Resolves where an object may be created, and creates none: what it asks for cannot hold. */
async function refusedUpload(bucket: Bucket, name: string): Promise<void> {
  try {
    await bucket.file(name).save(Buffer.alloc(0), {
      resumable: false,
      validation: false,
      preconditionOpts: { ifGenerationMatch: IMPOSSIBLE_GENERATION },
    });
  } catch (error) {
    if (statusOf(error) !== PRECONDITION_FAILED) throw error;
  }
}
