/** FluentD's tags of the logs. `database_load_balancing` is one that the catalogue does not know. */
export type Tag =
  | "rails.production"
  | "rails.api"
  | "rails.graphql"
  | "rails.audit"
  | "rails.auth"
  | "rails.application"
  | "rails.exceptions"
  | "rails.integrations"
  | "rails.features"
  | "rails.git"
  | "database_load_balancing"
  | "sidekiq"
  | "shell"
  | "workhorse"
  | "gitaly"
  | "registry"
  | "pages";

export type Members = Readonly<Record<string, unknown>>;

/** Something that counts, as the one who does it knows it; what it says stands in no line as such. */
export interface Deed {
  readonly event: string;
  readonly operation: "create" | "read" | "update" | "delete" | "none";
  /** Null where the event has none. */
  readonly detail: string | null;
}

/** What the component that leaves a line knows of where it happens, and by whom; null where it does not say. */
export interface Carried {
  readonly host: string | null;
  readonly plan: string | null;
  readonly group: string | null;
  readonly project: string | null;
  readonly category: string | null;
  /** `id:101` or `name:alice`: many lines carry only one of the two. */
  readonly user: string | null;
  /** Where the request came from. */
  readonly address: string | null;
  /** Empty where it does not say. */
  readonly agent: string;
}

export const NOTHING_CARRIED: Carried = {
  host: null,
  plan: null,
  group: null,
  project: null,
  category: null,
  user: null,
  address: null,
  agent: "",
};

/** What a component writes, and what it carries. */
export interface Writing {
  readonly members: Members;
  readonly carried: Carried;
}

/** A line that a component of the instance has left. */
export interface LeftLine extends Writing {
  readonly tag: Tag;
  /** Milliseconds since 1970, cut to what the component's log shows. */
  readonly timeMs: number;
  /** The deeds whose count this line carries. */
  readonly deeds: readonly Deed[];
}
