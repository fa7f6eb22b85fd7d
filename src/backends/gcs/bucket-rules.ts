import { IoError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import { objectIn } from "./answer.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type BucketOptions, createBucketRequests } from "./bucket-requests.ts";
import { type Role, statusOf } from "./gcs-error.ts";
import type { Service } from "./service.ts";

const ADMIN: Role = "roles/storage.admin";
const FORBIDDEN = 403;

/** What a bucket does with its objects by itself. */
export interface BucketRules {
  /** Null without a retention policy. */
  readonly retention: { readonly ms: number; readonly isLocked: boolean } | null;
  readonly lifecycle: readonly LifecycleRule[];
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
      const query = "fields=metageneration,retentionPolicy,lifecycle";
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
      await request(`set the retention of ${url}`, ADMIN, () =>
        service.send({ method: "PATCH", path, headers: JSON_TYPE, body: jsonOf({ retentionPolicy }) }),
      );
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

const JSON_TYPE = { "content-type": "application/json" };

/** A body of a request. */
export function jsonOf(value: unknown): Uint8Array<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value));
}

function rulesIn(bucket: Readonly<Record<string, unknown>>): BucketRules {
  const { metageneration } = bucket as { readonly metageneration?: unknown };
  const { retentionPeriod, isLocked } = Object(bucket["retentionPolicy"]) as Readonly<Record<string, unknown>>;
  const { rule } = Object(bucket["lifecycle"]) as { readonly rule?: unknown };
  const seconds = Number(retentionPeriod ?? 0);
  return {
    retention: seconds > 0 ? { ms: seconds * SECOND_MS, isLocked: isLocked === true } : null,
    lifecycle: Array.isArray(rule) ? (rule as readonly unknown[]).map(lifecycleRule) : [],
    metageneration: typeof metageneration === "string" ? metageneration : "",
  };
}

function lifecycleRule(rule: unknown): LifecycleRule {
  const { action, condition } = Object(rule) as Readonly<Record<string, unknown>>;
  const { type, storageClass } = Object(action) as Readonly<Record<string, unknown>>;
  const { matchesPrefix, isLive, numNewerVersions, daysSinceNoncurrentTime, noncurrentTimeBefore } = Object(
    condition,
  ) as Readonly<Record<string, unknown>>;
  const prefixes = Array.isArray(matchesPrefix) ? (matchesPrefix as readonly unknown[]).map(String) : [];
  return {
    action: String(type),
    storageClass: typeof storageClass === "string" ? storageClass : null,
    prefixes: prefixes.length === 0 ? null : prefixes,
    isOfOldVersions:
      isLive === false ||
      Number(numNewerVersions ?? 0) > 0 ||
      daysSinceNoncurrentTime !== undefined ||
      noncurrentTimeBefore !== undefined,
  };
}
