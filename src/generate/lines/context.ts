import type { Chance } from "../chance.ts";
import type { Carried, Members } from "../left-line.ts";
import type { Project, User } from "../population.ts";

/** One request or job, as the application knows it. */
export interface Request {
  /** Correlation id. */
  readonly id: string;
  readonly user: User | null;
  readonly project: Project | null;
  readonly address: string;
  readonly agent: string;
  /** `Controller#action`, a route, a worker. */
  readonly caller: string;
  readonly category: string;
}

/** The `meta.` fields of a line, and what they carry. */
export interface Context {
  readonly members: Members;
  readonly carried: Carried;
}

/** How releases say who: the newest by all fields, those of 2020 without `meta.user_id`, some jobs by name alone. */
const USER_FORMS = [
  { form: "all", weight: 70 },
  { form: "client", weight: 25 },
  { form: "name", weight: 5 },
] as const;

/** The context that Rails adds to its lines. The plan is there only where the request had loaded it. */
export function contextOf(chance: Chance, { user, project, address, caller, category }: Request): Context {
  const { form } = chance.weighted(USER_FORMS);
  const plan = project !== null && chance.share(0.8) ? project.group.plan : null;
  const shownCategory = chance.share(0.9) ? category : null;
  const members: Record<string, unknown> = { "meta.caller_id": caller, "meta.remote_ip": address };
  if (shownCategory !== null) members["meta.feature_category"] = shownCategory;
  if (user !== null) members["meta.user"] = user.name;
  if (user !== null && form === "all") members["meta.user_id"] = user.id;
  if (project !== null) members["meta.project"] = project.path;
  if (project !== null && chance.share(0.9)) members["meta.root_namespace"] = project.group.path;
  if (plan !== null) members["meta.subscription_plan"] = plan;
  if (form !== "name") members["meta.client_id"] = user === null ? `ip/${address}` : `user/${user.id}`;
  const carried: Carried = {
    host: null,
    plan,
    group: project?.group.path ?? null,
    project: project?.path ?? null,
    category: shownCategory,
    user: user === null ? null : form === "name" ? `name:${user.name}` : `id:${user.id}`,
    address,
    agent: "",
  };
  return { members, carried };
}

/** Where a line says the user's number by itself, whatever its context says. */
export function byNumber(carried: Carried, user: User | null): Carried {
  return user === null ? carried : { ...carried, user: `id:${user.id}` };
}
