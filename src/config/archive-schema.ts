import * as z from "zod";
import { endpoint, path, wholeNumber } from "./value-schema.ts";

/** Where an archive lies, and how what is sealed of it is kept. */

const PREFIX = "parts of a name, joined by a slash: a/b";
const BUCKET = "the name of a bucket, without gs://";

export const folderArchive = z.strictObject({
  kind: z.literal("folder").meta({ description: "A folder of this machine." }),
  path: path("a path").meta({ description: "Folder of the archive; it is made where it is missing." }),
});

const CLASS = "standard, nearline, coldline or archive";

const gcsFields = z.strictObject({
  kind: z.literal("gcs").meta({ description: "A bucket of Google Cloud Storage." }),
  bucket: z
    .string({ error: BUCKET })
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: BUCKET })
    .meta({ title: BUCKET, description: "Name of the bucket; it must be there." }),
  prefix: z
    .string({ error: PREFIX })
    .regex(/^(?:(?!\.{0,2}(?:\/|$))[^/\s]+(?:\/(?!$)|$))+$/, { error: PREFIX })
    .optional()
    .meta({ title: PREFIX, description: "Beginning of the names of all objects; without it the whole bucket." }),
  endpoint: endpoint(
    "Where the service answers, for private endpoints and test servers; without it Google's own. Credentials are " +
      "sent by https only.",
  ),
  vault_bucket: z
    .string({ error: BUCKET })
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: BUCKET })
    .optional()
    .meta({
      title: BUCKET,
      description:
        "Another bucket for everything sealed and signed (vault/), under the same prefix; without it the same bucket. It " +
        "must be there.",
    }),
  storage_class: z
    .enum(["standard", "nearline", "coldline", "archive"], { error: CLASS })
    .default("coldline")
    .meta({ title: CLASS, description: "Storage class of the segments that are sealed from now on." }),
  retention_days: wholeNumber(1, 36_500)
    .optional()
    .meta({
      description:
        "Days for which nothing in vault_bucket can be removed or replaced: setup sets that policy of the bucket, check " +
        "looks whether it holds.",
    }),
  retention_locked: z
    .boolean({ error: "true or false" })
    .default(false)
    .meta({
      description:
        "Whether check wants the policy locked, so that nobody can ever shorten it; setup locks it by --lock-retention " +
        "only.",
    }),
});

export const gcsArchive = gcsFields.superRefine((archive, context) => {
  const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", message, path: [field] });
  if (archive.vault_bucket === archive.bucket) refuse("vault_bucket", "expected another bucket than archive.bucket");
  if (archive.retention_days !== undefined && archive.vault_bucket === undefined) {
    refuse(
      "retention_days",
      "expected archive.vault_bucket as well: a policy of the one bucket would keep gc from its work",
    );
  }
  if (archive.retention_locked && archive.retention_days === undefined) {
    refuse("retention_locked", "expected archive.retention_days as well");
  }
});
