import { IoError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import { objectIn } from "./answer.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type BucketOptions, createBucketRequests } from "./bucket-requests.ts";
import { type Role, statusOf } from "./gcs-error.ts";
import { patchOf, type Service } from "./service.ts";

const ADMIN: Role = "roles/storage.admin";
const FORBIDDEN = 403;

const FIELDS = [
  "metageneration",
  "retentionPolicy",
  "lifecycle",
  "versioning",
  "softDeletePolicy",
  "defaultEventBasedHold",
  "autoclass",
];

/** What a bucket does with its objects by itself. */
export interface BucketRules {
  /** Null without a retention policy. */
  readonly retention: { readonly ms: number; readonly isLocked: boolean } | null;
  readonly lifecycle: readonly LifecycleRule[];
  /** What is removed stays as an old version. */
  readonly keepsVersions: boolean;
  /** How long what is removed can be brought back, and is charged for; 0: not at all. */
  readonly softDeleteMs: number;
  /** Each new object gets an event-based hold. */
  readonly holdsByDefault: boolean;
  /** The bucket chooses storage classes, whatever an upload says. */
  readonly choosesClasses: boolean;
  /** Of the bucket's own settings: whoever locks says which he has seen. */
  readonly metageneration: string;
}

export interface LifecycleRule {
  /** `Delete`, `SetStorageClass`, … */
  readonly action: string;
  /** Null for an action without. */
  readonly storageClass: string | null;
  /** Beginnings of names; null: all objects. */
  readonly prefixes: readonly string[] | null;
  /** Ends of names; null: any. */
  readonly suffixes: readonly string[] | null;
  /** True where it only applies to versions that are not the newest. */
  readonly isOfOldVersions: boolean;
}

/** The settings of a bucket. Every method rejects with `IoError`. */
export interface BucketAdmin {
  /** Null where nobody may look. */
  read(): Promise<BucketRules | null>;
  setRetention(ms: number): Promise<void>;
  /** For ever: nobody can shorten or remove the policy then. */
  lockRetention(seen: BucketRules): Promise<void>;
}

export function createBucketAdmin(service: Service, place: BucketPlace, options: BucketOptions): BucketAdmin {
  const { request } = createBucketRequests(place, options);
  const url = `gs://${place.bucket}`;
  const path = `/storage/v1/b/${place.bucket}`;
  return {
    async read() {
      const query = `fields=${FIELDS.join(",")}`;
      return request(`look at the rules of ${url}`, ADMIN, async () => {
        try {
          return rulesIn(objectIn(await service.send({ path: `${path}?${query}` })));
        } catch (error) {
          if (statusOf(error) === FORBIDDEN) return null;
          throw error;
        }
      });
    },
    async setRetention(ms) {
      const retentionPolicy = { retentionPeriod: String(Math.ceil(ms / SECOND_MS)) };
      await request(`set the retention of ${url}`, ADMIN, () => service.send(patchOf(path, { retentionPolicy })));
    },
    async lockRetention({ metageneration, retention }) {
      if (retention === null) throw new IoError("not_found", `lock the retention of ${url}: it has none`);
      const query = `ifMetagenerationMatch=${encodeURIComponent(metageneration)}`;
      await request(`lock the retention of ${url}`, ADMIN, () =>
        service.send({ method: "POST", path: `${path}/lockRetentionPolicy?${query}` }),
      );
    },
  };
}

function rulesIn(bucket: Readonly<Record<string, unknown>>): BucketRules {
  const { metageneration } = bucket as { readonly metageneration?: unknown };
  const { retentionPeriod, isLocked } = Object(bucket["retentionPolicy"]) as Readonly<Record<string, unknown>>;
  const { rule } = Object(bucket["lifecycle"]) as { readonly rule?: unknown };
  const { retentionDurationSeconds } = Object(bucket["softDeletePolicy"]) as Readonly<Record<string, unknown>>;
  const seconds = Number(retentionPeriod ?? 0);
  return {
    retention: seconds > 0 ? { ms: seconds * SECOND_MS, isLocked: isLocked === true } : null,
    lifecycle: Array.isArray(rule) ? (rule as readonly unknown[]).map(lifecycleRule) : [],
    keepsVersions: isEnabled(bucket["versioning"]),
    softDeleteMs: Number(retentionDurationSeconds ?? 0) * SECOND_MS,
    holdsByDefault: bucket["defaultEventBasedHold"] === true,
    choosesClasses: isEnabled(bucket["autoclass"]),
    metageneration: typeof metageneration === "string" ? metageneration : "",
  };
}

function isEnabled(setting: unknown): boolean {
  return (Object(setting) as { readonly enabled?: unknown }).enabled === true;
}

function lifecycleRule(rule: unknown): LifecycleRule {
  const { action, condition } = Object(rule) as Readonly<Record<string, unknown>>;
  const { type, storageClass } = Object(action) as Readonly<Record<string, unknown>>;
  const { matchesPrefix, matchesSuffix, isLive, numNewerVersions, daysSinceNoncurrentTime, noncurrentTimeBefore } =
    Object(condition) as Readonly<Record<string, unknown>>;
  return {
    action: String(type),
    storageClass: typeof storageClass === "string" ? storageClass : null,
    prefixes: textsIn(matchesPrefix),
    suffixes: textsIn(matchesSuffix),
    isOfOldVersions:
      isLive === false ||
      Number(numNewerVersions ?? 0) > 0 ||
      daysSinceNoncurrentTime !== undefined ||
      noncurrentTimeBefore !== undefined,
  };
}

/** Null where there is none. */
function textsIn(list: unknown): readonly string[] | null {
  return Array.isArray(list) && list.length > 0 ? (list as readonly unknown[]).map(String) : null;
}
