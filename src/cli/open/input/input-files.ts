import { localFile } from "../../../backends/files/local-file.ts";
import { expandPaths, totalBytes } from "../../../backends/files/paths.ts";
import type { StoredFile } from "../../../backends/files/stored-file.ts";
import { storedObject } from "../../../backends/files/stored-object.ts";
import { bucketUrl } from "../../../backends/gcs/bucket-place.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import type { ObjectInfo, ObjectStore } from "../../../core/object-store.ts";
import { openBucket } from "../archive/bucket.ts";

/** Files and objects that are there. */
export interface InputFiles {
  /** Of this machine. */
  readonly files: number;
  /** In buckets. */
  readonly objects: number;
  readonly sizeBytes: number;
  /** In the order in which they were named. Objects are listed once more meanwhile: they may be too many to remember. */
  readonly all: () => AsyncIterable<StoredFile>;
}

/** The objects of a bucket whose names begin with `prefix`. */
interface BucketInput {
  readonly url: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly store: ObjectStore;
  readonly objects: number;
  readonly sizeBytes: number;
}

/**
 * Finds what paths, globs and `gs://BUCKET/PREFIX` name; `endpoint` as in the settings. Rejects with `UsageError` where
 * one names nothing, with `IoError` where a bucket cannot be listed.
 */
export async function findInputFiles(named: readonly string[], endpoint: string | null): Promise<InputFiles> {
  const parts: (readonly string[] | BucketInput)[] = [];
  const known = new Set<string>();
  for (const each of named) {
    if (each.startsWith("gs://")) parts.push(await lookIntoBucket(each, endpoint));
    else {
      const files = (await expandPaths([each])).filter((path) => !known.has(path));
      for (const path of files) known.add(path);
      parts.push(files);
    }
  }
  const buckets = parts.filter((part): part is BucketInput => "store" in part);
  return {
    files: known.size,
    objects: buckets.reduce((sum, { objects }) => sum + objects, 0),
    sizeBytes: buckets.reduce((sum, { sizeBytes }) => sum + sizeBytes, await totalBytes([...known])),
    async *all() {
      for (const part of parts) {
        if ("store" in part) for await (const object of contentOf(part)) yield asFile(part, object);
        else yield* part.map(localFile);
      }
    },
  };
}

/** Reads the first byte that there is: to list and to read are two rights. */
async function lookIntoBucket(url: string, endpoint: string | null): Promise<BucketInput> {
  const { bucket, prefix } = partsOf(url);
  const store = await openBucket({ bucket, prefix: "", endpoint });
  let [objects, sizeBytes] = [0, 0];
  for await (const object of contentOf({ store, prefix })) {
    if (objects === 0) await store.read(object.name, 0, 1);
    objects += 1;
    sizeBytes += object.sizeBytes;
  }
  if (objects === 0) {
    throw new UsageError(`read "${url}": no object there (hint: gcloud storage ls "gs://${bucket}/**" names what is)`);
  }
  return { url, bucket, prefix, store, objects, sizeBytes };
}

/** Objects without a byte are leftovers of consoles, which make folders of them. */
async function* contentOf({ store, prefix }: Pick<BucketInput, "store" | "prefix">): AsyncGenerator<ObjectInfo> {
  for await (const object of store.list(prefix)) if (object.sizeBytes > 0) yield object;
}

function asFile({ store, bucket }: BucketInput, object: ObjectInfo): StoredFile {
  return storedObject(store, object, bucketUrl({ bucket, prefix: object.name }));
}

function partsOf(url: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket = "", prefix = ""] = /^gs:\/\/([^/]*)\/?(.*)$/s.exec(url) ?? [];
  return { bucket, prefix };
}

/** Throws `UsageError` where the archive would be read into itself, without an end. */
export function refuseOwnArchive({ source, archive }: PipelineSettings): void {
  if (source.kind !== "files" || archive.kind !== "gcs" || source.endpoint !== archive.endpoint) return;
  const base = archive.prefix === "" ? "" : `${archive.prefix}/`;
  for (const url of source.paths.filter((path) => path.startsWith("gs://"))) {
    const { bucket, prefix } = partsOf(url);
    if (bucket !== archive.bucket || !(base.startsWith(prefix) || prefix.startsWith(base))) continue;
    throw new UsageError(
      `read "${url}": the archive "${bucketUrl(archive)}" lies there too (hint: a prefix that only the input has, or an ` +
        "archive elsewhere)",
    );
  }
}
