import type { ObjectInfo } from "../../core/object-store.ts";
import { type ServiceAnswer, ServiceError } from "./service.ts";

const BAD_GATEWAY = 502;

/** What a list says of some of the objects. */
export interface Page<Item = ObjectInfo> {
  readonly objects: readonly Item[];
  /** Empty on the last one. */
  readonly nextPageToken: string;
}

/** What the service says of an object that it has just stored. */
export interface Upload {
  /** Base64; undefined where it does not say. */
  readonly md5Hash: string | undefined;
}

/** Throws `ServiceError` for what is no list of objects. */
export function pageOf(answer: ServiceAnswer): Page {
  return pageBy(answer, objectInfo);
}

/** Whether an object is held, by any kind of hold. */
export interface HeldObject {
  readonly name: string;
  readonly isHeld: boolean;
}

/** The same of a list that asked for holds. */
export function holdPageOf(answer: ServiceAnswer): Page<HeldObject> {
  return pageBy(answer, (item) => {
    const { name, temporaryHold, eventBasedHold } = Object(item) as Readonly<Record<string, unknown>>;
    if (typeof name !== "string") throw notAsExpected("an object without name");
    return { name, isHeld: temporaryHold === true || eventBasedHold === true };
  });
}

/** The same of a list that asked for folders: the beginnings that names have in common. */
export function folderPageOf(answer: ServiceAnswer): Page<string> {
  const folderOf = (prefix: unknown): string => {
    if (typeof prefix !== "string") throw notAsExpected("a folder without name");
    return prefix;
  };
  return pageBy(answer, folderOf, "prefixes");
}

function pageBy<Item>(
  answer: ServiceAnswer,
  itemOf: (item: unknown) => Item,
  member: "items" | "prefixes" = "items",
): Page<Item> {
  const { [member]: items = [], nextPageToken = "" } = objectIn(answer);
  if (!Array.isArray(items) || typeof nextPageToken !== "string") throw notAsExpected("no list of objects");
  return { objects: (items as readonly unknown[]).map(itemOf), nextPageToken };
}

/** Throws `ServiceError` for what says nothing of an object. */
export function uploadOf(answer: ServiceAnswer): Upload {
  const { md5Hash } = objectIn(answer);
  if (md5Hash !== undefined && typeof md5Hash !== "string") throw notAsExpected("no MD5");
  return { md5Hash };
}

function objectInfo(item: unknown): ObjectInfo {
  const { name, size, timeCreated, storageClass } = Object(item) as Readonly<Record<string, unknown>>;
  const sizeBytes = typeof size === "string" && /^\d+$/.test(size) ? Number(size) : Number.NaN;
  const createdAtMs = typeof timeCreated === "string" ? Date.parse(timeCreated) : Number.NaN;
  if (typeof name === "string" && Number.isSafeInteger(sizeBytes) && !Number.isNaN(createdAtMs)) {
    return { name, sizeBytes, createdAtMs, ...(typeof storageClass === "string" ? { storageClass } : {}) };
  }
  throw notAsExpected("an object without name, size and time");
}

/**
 * The object in JSON that an answer is; throws `ServiceError` for another one. What stands in between may answer a page
 * instead of the service: tried again, as if there had been no answer.
 */
export function objectIn({ body }: Pick<ServiceAnswer, "body">): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw notAsExpected(`no JSON: ${(error as Error).message}`);
  }
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw notAsExpected("no JSON object");
}

function notAsExpected(what: string): ServiceError {
  return new ServiceError(BAD_GATEWAY, `the answer is ${what}`, "");
}
