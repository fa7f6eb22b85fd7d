import type { Conditions, OperationCase } from "./rule-language.ts";
import type { TemplatePart } from "./template.ts";

/** Which line counts as which event, checked. */
export interface Catalogue {
  /** `sha256:` and 64 hex digits over the content: comments, spacing and the order of fields do not change it. */
  readonly digest: string;
  /** In the order in which they are tried and reported; each stands below those that it names. */
  readonly events: readonly EventRules[];
}

export interface EventRules {
  readonly event: string;
  /** What the event is, in words; null where the catalogue does not say. */
  readonly description: string | null;
  /** Events that keep a line from counting. */
  readonly unless: readonly string[];
  /** The first that holds counts the line. */
  readonly alternatives: readonly Alternative[];
}

export interface Alternative {
  readonly logs: readonly string[];
  /** Not empty: counts only a line that counted one of these events; of several the first is the one refined. */
  readonly refines: readonly string[];
  /** All must hold: what the event's rules have in common, then the alternative's own. */
  readonly when: readonly Conditions[];
  /** The first case that holds, else `none`. */
  readonly operation: readonly OperationCase[];
  readonly detail: readonly TemplatePart[];
}
