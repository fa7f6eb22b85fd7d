import { createHash, randomUUID } from "node:crypto";
import { IoError, UsageError } from "../../core/fault.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { folderPageOf, type Page, pageOf, type Upload, uploadOf } from "./answer.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type BucketOptions, createBucketRequests } from "./bucket-requests.ts";
import { type Role, statusOf } from "./gcs-error.ts";
import { type Service, type ServiceAnswer, ServiceError } from "./service.ts";

const CREATOR: Role = "roles/storage.objectCreator";
const VIEWER: Role = "roles/storage.objectViewer";
const PAGE = 1000;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
const RANGE_NOT_SATISFIABLE = 416;
/** Sealed segments are kept for long and hardly read. */
const COLD_NAME = /^vault\/.*\.zst$/;
const COLD_CLASS = "COLDLINE";
/**
 * What is read soon, again and again, or replaced by something sealed must not have a cold class of the bucket: it
 * charges for each request, and each object for months.
 */
const HOT_CLASS = "STANDARD";
/** No object has it: generations are times in microseconds. */
const IMPOSSIBLE_GENERATION = 1;
/** Never made. */
const CHECKED_NAME = "wal/check";

/**
 * Objects in a bucket of Cloud Storage. Needs no right to delete or overwrite: `create` asks for a name that is not
 * taken, in one request, so that a broken upload leaves nothing. Errors that pass are tried again.
 */
export function createGcsStore(service: Service, place: BucketPlace, options: BucketOptions): ObjectStore {
  const { base, url, objects, request } = createBucketRequests(place, options);

  const listed = <Item>(prefix: string, asked: Query, readPage: (answer: ServiceAnswer) => Page<Item>) =>
    itemsOf((pageToken) =>
      request(`list "${prefix}" in ${url}`, VIEWER, async () =>
        readPage(await service.send({ path: listPath(objects, { prefix: `${base}${prefix}`, ...asked }, pageToken) })),
      ),
    );

  async function* list(prefix: string): AsyncIterable<ObjectInfo> {
    checkObjectPrefix(prefix);
    const asked = { fields: "items(name,size,timeCreated,storageClass),nextPageToken" };
    for await (const object of listed(prefix, asked, pageOf)) {
      yield { ...object, name: object.name.slice(base.length) };
    }
  }

  return {
    async create(name, content) {
      checkObjectName(name);
      const operation = `create "${name}" in ${url}`;
      const md5Hash = createHash("md5").update(content).digest("base64");
      const metadata = { name: `${base}${name}`, storageClass: storageClassOf(name, place.segmentClass), md5Hash };
      const stored = await request(operation, CREATOR, () =>
        unlessTaken(upload(service, objects, metadata, content, 0)),
      );
      if (stored === null) return "exists";
      if (stored.md5Hash === undefined || stored.md5Hash === md5Hash) return "created";
      throw new IoError(
        "corrupt",
        `${operation}: stored with MD5 "${stored.md5Hash}", sent with "${md5Hash}" (hint: run again, it takes another name)`,
      );
    },

    async read(name, start, end) {
      checkObjectName(name);
      const operation = `read "${name}" in ${url}`;
      const bytes = await request(operation, VIEWER, () => download(service, objects, `${base}${name}`, start, end));
      if (bytes === null) throw new IoError("not_found", `${operation}: not there`);
      return bytes;
    },

    list,

    async *listFolders(folder) {
      checkObjectPrefix(folder);
      const asked = { delimiter: "/", fields: "prefixes,nextPageToken" };
      for await (const prefix of listed(folder, asked, folderPageOf)) yield prefix.slice(base.length);
    },

    async check(access) {
      const operation = `open archive "${url}"`;
      if (access === "read") {
        for (const root of ["wal/", "vault/", "ctl/"]) for await (const _ of list(root)) return;
        throw new UsageError(`${operation}: no archive there (hint: "logtally run" makes one)`, { mayCome: true });
      }
      for await (const _ of list("wal/")) break;
      const name = `${base}${CHECKED_NAME}`;
      await request(operation, VIEWER, () => download(service, objects, name, 0, 1));
      await request(operation, CREATOR, () =>
        unlessTaken(upload(service, objects, { name }, Buffer.alloc(0), IMPOSSIBLE_GENERATION)),
      );
    },
  };
}

function storageClassOf(name: string, segmentClass: string = COLD_CLASS): string {
  return COLD_NAME.test(name) ? segmentClass : HOT_CLASS;
}

/** What the service says of an object. */
interface ObjectMetadata {
  readonly name: string;
  readonly storageClass?: string;
  /** Base64. The service refuses bytes that do not fit. */
  readonly md5Hash?: string;
}

/** One request, so that the object appears whole or not at all. */
async function upload(
  service: Service,
  objects: string,
  metadata: ObjectMetadata,
  content: Uint8Array,
  ifGenerationMatch: number,
): Promise<Upload> {
  const boundary = randomUUID();
  const head =
    `--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(metadata)}\r\n` +
    `--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const answer = await service.send({
    path: `/upload${objects}?uploadType=multipart&ifGenerationMatch=${ifGenerationMatch}`,
    headers: { "content-type": `multipart/related; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
  return uploadOf(answer);
}

/**
 * Null where the name is taken: perhaps by an earlier try of the same, whose answer was lost. Whoever may not delete
 * may be told that instead of the broken precondition.
 */
async function unlessTaken<T>(upload: Promise<T>): Promise<T | null> {
  try {
    return await upload;
  } catch (error) {
    if (statusOf(error) === PRECONDITION_FAILED) return null;
    if (error instanceof ServiceError && error.status === 403 && /storage\.objects\.delete/.test(error.message))
      return null;
    throw error;
  }
}

/** Bytes `[start, end)`; null where there is no such object. Segments have hashes of their own for what they hold. */
async function download(
  service: Service,
  objects: string,
  name: string,
  start: number,
  end: number,
): Promise<Buffer | null> {
  if (end <= start) return Buffer.alloc(0);
  try {
    const path = `${objects}/${encodeURIComponent(name)}?alt=media`;
    return (await service.send({ path, range: { start, end } })).body;
  } catch (error) {
    if (statusOf(error) === RANGE_NOT_SATISFIABLE) return Buffer.alloc(0);
    if (statusOf(error) === NOT_FOUND) return null;
    throw error;
  }
}

type Query = Readonly<Record<string, string>>;

function listPath(objects: string, asked: Query, pageToken: string): string {
  const query = { maxResults: String(PAGE), ...asked, ...(pageToken === "" ? {} : { pageToken }) };
  return `${objects}?${new URLSearchParams(query).toString()}`;
}

/** What all pages of a list hold. */
async function* itemsOf<Item>(ask: (pageToken: string) => Promise<Page<Item>>): AsyncIterable<Item> {
  let pageToken = "";
  do {
    const page = await ask(pageToken);
    yield* page.objects;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
