import { dirname, resolve } from "node:path";
import { UsageError } from "../core/fault.ts";
import { DAY_MS, SECOND_MS } from "../core/units.ts";
import type { RedactionRules } from "../derive/redaction/redactor.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { formatProblems, type Place } from "../yaml/problem.ts";
import { checkSchema } from "../yaml/schema-problem.ts";
import { readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { type KibanaSettings, toKibana } from "./kibana-settings.ts";
import { applyOverrides, isWithin, type Override } from "./override.ts";
import { type PipelineConfig, pipelineSchema } from "./pipeline-schema.ts";
import { type SecretReference, secretReference, type WrittenSecret } from "./secret.ts";

const BATCH_AGE_MS = 5 * SECOND_MS;
/** Lines wait so long before they are indexed. */
const INDEXED_BATCH_AGE_MS = SECOND_MS;

/** What a pipeline does, as checked. Every path is absolute; what is not set is null. */
export interface PipelineSettings {
  /** Also the archive's stream: `[a-z0-9-]{1,63}`. */
  readonly name: string;
  readonly deployment: "saas" | "self_managed";
  readonly reporting: ReportingSettings;
  readonly instance: string | null;
  readonly source: SourceSettings;
  readonly archive: ArchiveSettings;
  /** Null: lines are not indexed. */
  readonly index: IndexSettings | null;
  /** A write-ahead object is closed at the first of these. `maxBytes` are raw bytes. */
  readonly batch: { readonly maxBytes: number; readonly maxLines: number; readonly maxAgeMs: number };
  readonly seal: SealSettings;
  readonly limits: { readonly maxDepth: number; readonly maxLineBytes: number; readonly maxInflatedBytes: number };
  /** Log → field whose value identifies its lines. */
  readonly identity: Readonly<Record<string, string>>;
  readonly cataloguePath: string | null;
  readonly pseudonymKey: PseudonymKeySettings;
  readonly signing: SigningSettings;
}

export interface ReportingSettings {
  /** What the owner lets be counted at identifiable level, beyond the rules of the deployment. */
  readonly identifiable: readonly ("user" | "group" | "session" | "project")[];
  /** Whether the groups of persons, and their projects, have one key. */
  readonly foldPersonal: boolean;
}

export type SourceSettings = FilesSettings | { readonly kind: "stdin"; readonly topic: string | null } | PubsubSettings;

export interface FilesSettings {
  readonly kind: "files";
  /** Paths and globs, and `gs://BUCKET/PREFIX` as the user wrote it. */
  readonly paths: readonly string[];
  /** URL of the service that has the buckets; null for Google's. */
  readonly endpoint: string | null;
  readonly isFollowed: boolean;
  /** Folder of the checkpoints; null: in the archive. */
  readonly statePath: string | null;
  readonly topic: string | null;
}

export interface PubsubSettings {
  readonly kind: "pubsub";
  /** `projects/PROJECT/subscriptions/NAME`. */
  readonly subscription: string;
  /** Short name; null: as the subscription says. */
  readonly topic: string | null;
  /** `projects/PROJECT/topics/NAME`; null where the pipeline names none. */
  readonly fullTopic: string | null;
}

export type ArchiveSettings = FolderSettings | BucketSettings;

export interface FolderSettings {
  readonly kind: "folder";
  readonly path: string;
}

export interface BucketSettings {
  readonly kind: "gcs";
  readonly bucket: string;
  /** Without a slash at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** URL of the service; null for Google's. */
  readonly endpoint: string | null;
  readonly keeping: KeepingSettings;
}

/** How what is sealed is kept. */
export interface KeepingSettings {
  /** Another bucket for `vault/`; null: the same one. */
  readonly vaultBucket: string | null;
  /** Of segments, as the service writes it: `COLDLINE`. */
  readonly storageClass: string;
  /** For how long nothing in that bucket can be removed; null: as the bucket is. */
  readonly retentionMs: number | null;
  /** True where nobody may be able to shorten that. */
  readonly isLocked: boolean;
}

export interface ClusterSettings {
  readonly urls: readonly string[];
  /** Null: no credentials are sent. */
  readonly apiKey: SecretReference | null;
  /** Null: what the system trusts. */
  readonly caFile: string | null;
}

export interface IndexSettings extends ClusterSettings {
  /** Beginning of the names of all indices. */
  readonly prefix: string;
  /** How long before its publication a line may be dated to get the index of its day. */
  readonly retentionMs: number;
  /** How long after the end of its day an index is kept; at least as long as the above. */
  readonly keepMs: number;
  /** Primary shards of an index of a day. */
  readonly shards: number;
  /** Copies of each of them. */
  readonly replicas: number;
  /** How long a document may wait until it is found. */
  readonly refreshIntervalMs: number;
  /** Without any success for so long, what comes waits in the archive. */
  readonly spillAfterMs: number;
  /** What of a line does not get there. */
  readonly redaction: RedactionRules;
  /** Null: Kibana is left alone. */
  readonly kibana: KibanaSettings | null;
}

export interface SealSettings {
  readonly latenessMs: number;
  /** Null: as the volume asks for. */
  readonly hours: 1 | 2 | 3 | 4 | 6 | 8 | 12 | 24 | null;
  /** True where an endless worker seals too. */
  readonly isByWorker: boolean;
  readonly everyMs: number;
}

export interface PseudonymKeySettings {
  /** Null: the archive's own key, made there. */
  readonly reference: SecretReference | null;
  /** True where a key with another fingerprint than the archive's may be used. */
  readonly acceptsChange: boolean;
}

/** A version of a key in Cloud KMS. */
export interface KmsReference {
  readonly kind: "kms";
  readonly name: string;
  /** Null for Google's. */
  readonly endpoint: string | null;
}

export interface SigningSettings {
  /** Null: the archive's own key, made there. */
  readonly key: SecretReference | KmsReference | null;
  /** After so long a digest is due although nothing new is sealed. */
  readonly intervalMs: number;
}

/**
 * Reads and checks a pipeline. `file` is the name of the text in messages, and the paths in it are relative to
 * its folder; `overrides` are the arguments of `--set` (`a.b=c`), later ones win, and the paths in them are
 * relative to `cwd`, an absolute path, as `file` may be. Throws `UsageError` with a line for every problem.
 */
export function parsePipeline(text: string, file: string, overrides: readonly string[], cwd: string): PipelineSettings {
  const yaml = readYamlFile(text, file, "pipeline", '"name:", "source:" and "archive:"');
  if (yaml.fields === null) throw new UsageError(formatProblems(yaml.problems));

  const { config, applied, problems: misfits } = applyOverrides(yaml.fields, overrides, pipelineSchema);
  const checked = checkSchema(pipelineSchema, config);
  const wrong = checked.problems.map((problem) => ({ ...problem, place: placeOf(problem.path, yaml, applied) }));
  const problems = [...yaml.problems, ...misfits, ...wrong];
  if (problems.length > 0 || checked.data === undefined) throw new UsageError(formatProblems(problems));

  const folder = dirname(resolve(cwd, file));
  return toSettings(checked.data, (path, written) => {
    const isOverridden = applied.some((override) => isWithin(path, override.path));
    return resolve(isOverridden ? cwd : folder, written);
  });
}

/**
 * The override that gave the value at the path, else its line; else the override that made the section, else the
 * place of the nearest section around it: a missing field has no line of its own.
 */
function placeOf(path: FieldPath, yaml: YamlFile, applied: readonly Override[]): Place {
  const giver = applied.findLast((override) => isWithin(path, override.path));
  if (giver !== undefined) return giver.place;
  const place = yaml.placeOf(path);
  if (place !== null) return place;
  const maker = applied.findLast((override) => isWithin(override.path, path));
  if (maker !== undefined) return maker.place;
  return placeOf(path.slice(0, -1), yaml, applied);
}

type ResolvePath = (path: FieldPath, written: string) => string;

function toSettings(config: PipelineConfig, resolvePath: ResolvePath): PipelineSettings {
  const { batch, limits } = config;
  return {
    name: config.name,
    deployment: config.deployment,
    reporting: {
      identifiable: config.reporting.identifiable,
      foldPersonal: config.reporting.fold_personal,
    },
    instance: config.instance ?? null,
    source: toSource(config.source, resolvePath),
    archive: toArchive(config.archive, resolvePath),
    index: config.index === undefined ? null : toIndex(config.index, resolvePath),
    batch: {
      maxBytes: batch.max_bytes,
      maxLines: batch.max_lines,
      maxAgeMs: batch.max_age_ms ?? (config.index === undefined ? BATCH_AGE_MS : INDEXED_BATCH_AGE_MS),
    },
    seal: {
      latenessMs: config.seal.lateness_ms,
      hours: config.seal.hours ?? null,
      isByWorker: config.seal.by_worker ?? config.archive.kind === "folder",
      everyMs: config.seal.every_ms,
    },
    limits: {
      maxDepth: limits.max_depth,
      maxLineBytes: limits.max_line_bytes,
      maxInflatedBytes: limits.max_inflated_bytes,
    },
    identity: config.identity,
    cataloguePath: config.catalogue === undefined ? null : resolvePath(["catalogue"], config.catalogue),
    pseudonymKey: toPseudonymKey(config.pseudonym_key, resolvePath),
    signing: {
      key: toSigningKey(config.signing_key, resolvePath),
      intervalMs: config.sign.interval_ms,
    },
  };
}

function toSource(source: PipelineConfig["source"], resolvePath: ResolvePath): SourceSettings {
  const topic = source.topic ?? null;
  if (source.kind === "stdin") return { kind: "stdin", topic };
  if (source.kind === "pubsub") return toPubsub(source.subscription, topic);
  const paths = source.paths.map((written, index) =>
    written.startsWith("gs://") ? written : resolvePath(["source", "paths", String(index)], written),
  );
  const statePath = source.state === undefined ? null : resolvePath(["source", "state"], source.state);
  return { kind: "files", paths, endpoint: source.endpoint ?? null, isFollowed: source.follow, statePath, topic };
}

function toPubsub(subscription: string, written: string | null): PubsubSettings {
  const topic = written?.split("/").at(-1) ?? null;
  const [, project] = subscription.split("/");
  const fullTopic = written === null || written !== topic ? written : `projects/${project}/topics/${topic}`;
  return { kind: "pubsub", subscription, topic, fullTopic };
}

function toArchive(archive: PipelineConfig["archive"], resolvePath: ResolvePath): ArchiveSettings {
  if (archive.kind === "folder") return { kind: "folder", path: resolvePath(["archive", "path"], archive.path) };
  return {
    kind: "gcs",
    bucket: archive.bucket,
    prefix: archive.prefix ?? "",
    endpoint: archive.endpoint ?? null,
    keeping: {
      vaultBucket: archive.vault_bucket ?? null,
      storageClass: archive.storage_class.toUpperCase(),
      retentionMs: archive.retention_days === undefined ? null : archive.retention_days * DAY_MS,
      isLocked: archive.retention_locked,
    },
  };
}

function toIndex(index: NonNullable<PipelineConfig["index"]>, resolvePath: ResolvePath): IndexSettings {
  return {
    urls: index.urls,
    apiKey: index.api_key === undefined ? null : toSecret(index.api_key, ["index", "api_key", "file"], resolvePath),
    caFile: index.ca_file === undefined ? null : resolvePath(["index", "ca_file"], index.ca_file),
    prefix: index.prefix,
    retentionMs: index.retention_days * DAY_MS,
    keepMs: (index.keep_days ?? index.retention_days) * DAY_MS,
    shards: index.shards,
    replicas: index.replicas,
    refreshIntervalMs: index.refresh_interval_ms,
    spillAfterMs: index.spill_after_ms,
    redaction: index.redaction,
    kibana: index.kibana === undefined ? null : toKibana(index.kibana, resolvePath),
  };
}

function toPseudonymKey(key: PipelineConfig["pseudonym_key"], resolvePath: ResolvePath): PseudonymKeySettings {
  return { reference: toSecret(key, ["pseudonym_key", "file"], resolvePath), acceptsChange: key.accept_change };
}

function toSigningKey(key: PipelineConfig["signing_key"], resolvePath: ResolvePath): SigningSettings["key"] {
  if (key.kms !== undefined) return { kind: "kms", name: key.kms, endpoint: key.endpoint ?? null };
  return toSecret(key, ["signing_key", "file"], resolvePath);
}

function toSecret({ env, file }: WrittenSecret, filePath: FieldPath, resolvePath: ResolvePath): SecretReference | null {
  return secretReference({ env, file }, (written) => resolvePath(filePath, written));
}
