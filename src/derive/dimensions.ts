import type { Fields, SlotOf } from "../core/fields.ts";

/** Where an event belongs. Null is absent. */
export interface Places {
  readonly instance: string | null;
  readonly plan: string | null;
  readonly group: string | null;
  readonly project: string | null;
  readonly category: string | null;
}

/** By what an event can be counted, beside its operation and detail. Null is absent. */
export interface Dimensions extends Places {
  /** Whether the group has the name of the line's user: names of users and of groups are one namespace, in any case. */
  readonly ownsGroup: boolean;
  /** `id:101` or `name:alice`; the two are never joined. */
  readonly user: string | null;
  /** The user, else `ip:`, the address, a newline and the user agent. */
  readonly visitor: string | null;
}

/** Names of all fields that dimensions are made of, for the reader that they are to be used with. */
export const DIMENSION_FIELDS = [
  "controller",
  "environment",
  "gl_project_path",
  "host",
  "ip",
  "meta.client_id",
  "meta.feature_category",
  "meta.project",
  "meta.remote_ip",
  "meta.root_namespace",
  "meta.subscription_plan",
  "meta.user",
  "meta.user_id",
  "params.identifier",
  "params.user_id",
  "path",
  "remote_ip",
  "route",
  "ua",
  "user_agent",
  "user_id",
  "username",
] as const satisfies readonly string[];

/** The dimensions of the events of one line; `log` is the canonical name of its log. */
export type ReadDimensions = (log: string, fields: Fields) => Dimensions;

/** Those of them that say nothing of people, in the same way. */
export type ReadPlaces = (log: string, fields: Fields) => Places;

type DimensionField = (typeof DIMENSION_FIELDS)[number];
type Slots = Readonly<Record<DimensionField, number>>;

const INTERNAL_ROUTE = "/api/:version/internal/";
const GIT_HTTP_CONTROLLER = "Repositories::GitHttpController";

/** Made for the fields in `DIMENSION_FIELDS`; `instance` is the pipeline's setting. */
export function createPlaces(slotOf: SlotOf, { instance }: { readonly instance: string | null }): ReadPlaces {
  const slots = slotsOf(slotOf);
  return (log, fields) => placesOf(log, fields, slots, instance);
}

/**
 * Dimensions of the events of a line; `instance` is the pipeline's setting. Pure, and called only for lines with events.
 *
 * Where the design leaves room: a Git over HTTP line is one of rails.production with the controller
 * `Repositories::GitHttpController`. The first segment of its path is taken as it is, so a personal snippet's group is
 * `snippets`. Of a list of addresses the first that is not empty counts. Parameters tell a user on rails.api only.
 */
export function createDimensions(slotOf: SlotOf, { instance }: { readonly instance: string | null }): ReadDimensions {
  const slots = slotsOf(slotOf);
  return (log, fields) => {
    const text = (name: DimensionField): string | null => fields.string(slots[name]);
    const places = placesOf(log, fields, slots, instance);
    const { group } = places;
    const name = userName(text);
    const user = userId(log, fields, slots) ?? (name === null ? null : `name:${name}`);
    return {
      ...places,
      ownsGroup: group !== null && name !== null && group.toLowerCase() === name.toLowerCase(),
      user,
      visitor: user ?? addressAndAgent(text),
    };
  };
}

function slotsOf(slotOf: SlotOf): Slots {
  return Object.fromEntries(DIMENSION_FIELDS.map((name) => [name, slotOf(name)])) as Slots;
}

function placesOf(log: string, fields: Fields, slots: Slots, instance: string | null): Places {
  const text = (name: DimensionField): string | null => fields.string(slots[name]);
  const project = text("meta.project") ?? text("gl_project_path");
  return {
    instance: instance ?? text("environment") ?? text("host"),
    plan: text("meta.subscription_plan"),
    group: text("meta.root_namespace") ?? firstSegment(project) ?? gitHttpGroup(log, text),
    project,
    category: text("meta.feature_category"),
  };
}

/**
 * `id:` and the exact digits, or null. Runners, keys and addresses stand in the same fields and are no users.
 * Parameters tell who asks on internal routes only; elsewhere they tell whom a request asks about.
 */
function userId(log: string, fields: Fields, slots: Slots): string | null {
  const text = (name: DimensionField): string | null => fields.string(slots[name]);
  const digits =
    fields.integer(slots.user_id) ??
    digitsBehind("user-", text("user_id")) ??
    fields.integer(slots["meta.user_id"]) ??
    digitsBehind("user/", text("meta.client_id")) ??
    (log === "rails.api" && text("route")?.startsWith(INTERNAL_ROUTE)
      ? (fields.integer(slots["params.user_id"]) ?? digitsBehind("user-", text("params.identifier")))
      : null);
  return digits === null ? null : `id:${digits}`;
}

function userName(text: (name: DimensionField) => string | null): string | null {
  return text("meta.user") ?? text("username");
}

/** The digits without leading zeros, as `Fields` gives them; null where anything else stands there. */
function digitsBehind(prefix: string, value: string | null): string | null {
  if (value === null || !value.startsWith(prefix)) return null;
  const digits = value.slice(prefix.length);
  return /^\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, "") : null;
}

function addressAndAgent(text: (name: DimensionField) => string | null): string | null {
  const address = firstAddress(text("remote_ip")) ?? firstAddress(text("meta.remote_ip")) ?? firstAddress(text("ip"));
  return address === null ? null : `ip:${address}\n${text("ua") ?? text("user_agent") ?? ""}`;
}

/** Behind proxies a field holds a list: `203.0.113.10, 127.0.0.1`. */
function firstAddress(value: string | null): string | null {
  if (value === null) return null;
  for (const part of value.split(",")) {
    const address = part.trim();
    if (address !== "") return address;
  }
  return null;
}

function firstSegment(path: string | null): string | null {
  if (path === null) return null;
  const slash = path.indexOf("/");
  const segment = slash < 0 ? path : path.slice(0, slash);
  return segment === "" ? null : segment;
}

/** `acme-group` for `/acme-group/sub/widgets.git/info/refs`, and for a group's own wiki; null for other lines. */
function gitHttpGroup(log: string, text: (name: DimensionField) => string | null): string | null {
  if (log !== "rails.production" || text("controller") !== GIT_HTTP_CONTROLLER) return null;
  const segment = firstSegment(text("path")?.replace(/^\/+/, "") ?? null);
  return segment?.replace(/(?:\.wiki)?\.git$/, "") || null;
}
