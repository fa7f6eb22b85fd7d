import { createHash } from "node:crypto";

/** An object of Kibana, as a line of what `_import` takes. */
export interface SavedObject {
  readonly type: SavedObjectType;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

export type SavedObjectType = "index-pattern" | "search" | "dashboard" | "tag";

export interface Reference {
  readonly type: SavedObjectType;
  readonly id: string;
  /** By which the attributes speak of it. */
  readonly name: string;
}

/** What the names of objects depend on. */
export interface KibanaNaming {
  /** Beginning of the names of all indices. */
  readonly prefix: string;
  /** The space that the objects are for. */
  readonly space: string;
}

export const DEFAULT_NAMING: KibanaNaming = { prefix: "logtally", space: "default" };

const CORE_VERSION = "8.8.0";
/**
 * The form that the attributes are written in. Kibana brings older forms up to date as it imports them, and refuses
 * newer ones, so these are the oldest that have what is used.
 */
const TYPE_VERSIONS: Readonly<Record<SavedObjectType, string>> = {
  "index-pattern": "8.0.0",
  search: "8.0.0",
  dashboard: "8.9.0",
  tag: "8.0.0",
};
const DIGEST_DIGITS = 16;
const TAG = "tag";

/**
 * `logtally-data-view-logs`. An id is good for all spaces of a Kibana at once, and Kibana renames what has one that is
 * taken: so those of another prefix or space say so.
 */
export function objectId({ prefix, space }: KibanaNaming, name: string): string {
  const isDefault = prefix === DEFAULT_NAMING.prefix && space === DEFAULT_NAMING.space;
  return `logtally-${name}${isDefault ? "" : `~${prefix}~${space}`}`;
}

/** `GitLab: Requests and errors`, or `GitLab (PREFIX): …`: two pipelines of one space are told apart. */
export function objectTitle({ prefix }: KibanaNaming, title: string): string {
  return prefix === DEFAULT_NAMING.prefix ? `GitLab: ${title}` : `GitLab (${prefix}): ${title}`;
}

/** Id of the tag that all objects carry. */
export function tagId(naming: KibanaNaming): string {
  return objectId(naming, TAG);
}

/** An object that carries the tag, by which all of them are found again. */
export function savedObject(
  naming: KibanaNaming,
  object: Pick<SavedObject, "type" | "id" | "attributes" | "references">,
): SavedObject {
  const { type, id, attributes, references } = object;
  const tag: Reference = { type: TAG, id: tagId(naming), name: "tag-logtally" };
  return { ...versioned(type, id, attributes), references: [...references, tag] };
}

/** The tag, whose description holds a digest of the objects that carry it: it says which version is there. */
export function tagOf(naming: KibanaNaming, objects: readonly SavedObject[]): SavedObject {
  const { prefix } = naming;
  const digest = createHash("sha256").update(ndjsonOf(objects)).digest("hex").slice(0, DIGEST_DIGITS);
  const name = prefix === DEFAULT_NAMING.prefix ? "logtally" : `logtally ${prefix}`;
  const attributes = { name, description: `Made by logtally setup, version ${digest}`, color: "#E24329" };
  return { ...versioned(TAG, tagId(naming), attributes), references: [] };
}

/** One object a line. */
export function ndjsonOf(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

function versioned(type: SavedObjectType, id: string, attributes: SavedObject["attributes"]) {
  return { type, id, attributes, coreMigrationVersion: CORE_VERSION, typeMigrationVersion: TYPE_VERSIONS[type] };
}
