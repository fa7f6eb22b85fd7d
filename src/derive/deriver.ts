import type { Fields, SlotOf } from "../core/fields.ts";
import type { Alternative, Catalogue } from "./catalogue.ts";
import { allHold, type BoundCondition, bindConditions } from "./condition.ts";
import { createLineFields, type LineFields, sourcesOf } from "./line-fields.ts";
import type { Operation } from "./rule-schema.ts";
import { type TemplatePart, templateFields } from "./template.ts";

/** An event that a line counts. */
export interface DerivedEvent {
  readonly event: string;
  readonly operation: Operation;
  /** `(none)` where the event has no detail, or a field that it is made of is missing. */
  readonly detail: string;
}

/**
 * The events of one line, in the order of the catalogue, each at most once; `log` is the canonical name of the
 * line's log. Called for every line: without events it returns one shared, frozen, empty list.
 */
export type Derive = (log: string, fields: Fields) => readonly DerivedEvent[];

const NO_EVENTS: readonly DerivedEvent[] = Object.freeze([]);
const NO_DETAIL = "(none)";

/** Names of all fields that the catalogue reads, for the reader that it is to be used with. */
export function fieldNames(catalogue: Catalogue): readonly string[] {
  const alternatives = catalogue.events.flatMap((rules) => rules.alternatives);
  const asked = alternatives.flatMap(({ when, operation, detail }) => [
    ...when.flatMap((conditions) => Object.keys(conditions)),
    ...operation.flatMap((each) => Object.keys(each.when)),
    ...templateFields(detail),
  ]);
  return [...new Set(asked.flatMap(sourcesOf))].toSorted();
}

/** Binds the catalogue to a reader's slots. The function that is returned holds the state of one line: do not share it. */
export function createDeriver(catalogue: Catalogue, slotOf: SlotOf): Derive {
  const line = createLineFields(slotOf);
  const byLog = bindCatalogue(catalogue, line);
  return (log, fields) => {
    const rules = byLog.get(log);
    if (rules === undefined) return NO_EVENTS;
    line.begin(fields);
    let events: DerivedEvent[] | null = null;
    for (const rule of rules) {
      const event = deriveEvent(rule, line);
      rule.derived = event;
      if (event === null) continue;
      if (events === null) events = [event];
      else events.push(event);
    }
    return events ?? NO_EVENTS;
  };
}

/** The rules of one event on one log. */
interface BoundRules {
  readonly event: string;
  readonly unless: readonly BoundRules[];
  readonly alternatives: readonly BoundAlternative[];
  /** What the line at hand counts by these rules. Set before any rule below asks for it. */
  derived: DerivedEvent | null;
}

interface BoundAlternative {
  /** Place among the event's alternatives in the catalogue, from 0. */
  readonly index: number;
  /** Null where the rule stands for itself. */
  readonly refines: readonly BoundRules[] | null;
  readonly when: readonly BoundCondition[];
  readonly operation: () => Operation;
  readonly detail: () => string;
}

function bindCatalogue(catalogue: Catalogue, line: LineFields): ReadonlyMap<string, readonly BoundRules[]> {
  const byLog = new Map<string, BoundRules[]>();
  for (const { event, unless, alternatives } of catalogue.events) {
    for (const log of new Set(alternatives.flatMap((alternative) => alternative.logs))) {
      const above = byLog.get(log) ?? [];
      const bound = alternatives.flatMap((alternative, index) =>
        alternative.logs.includes(log) ? [bindAlternative(alternative, index, above, line)] : [],
      );
      const rules: BoundRules = { event, unless: named(above, unless), alternatives: bound, derived: null };
      byLog.set(log, [...above, rules]);
    }
  }
  return byLog;
}

function bindAlternative(
  { refines, when, operation, detail }: Alternative,
  index: number,
  above: readonly BoundRules[],
  line: LineFields,
): BoundAlternative {
  const cases = operation.map((each) => ({ operation: each.operation, when: bindConditions([each.when], line) }));
  return {
    index,
    refines: refines.length === 0 ? null : named(above, refines),
    when: bindConditions(when, line),
    operation: () => cases.find((each) => allHold(each.when))?.operation ?? "none",
    detail: bindTemplate(detail, line),
  };
}

/** In the order of the names: the first is the one that counts. */
function named(rules: readonly BoundRules[], names: readonly string[]): readonly BoundRules[] {
  return names.flatMap((name) => rules.filter((each) => each.event === name));
}

function bindTemplate(parts: readonly TemplatePart[], line: LineFields): () => string {
  if (parts.length === 0) return () => NO_DETAIL;
  const reads = parts.map((part): (() => string | null) => {
    if ("text" in part) return () => part.text;
    const field = line.field(part.field);
    return () => field.string() ?? field.integer();
  });
  return () => {
    let detail = "";
    for (const read of reads) {
      const piece = read();
      if (piece === null) return NO_DETAIL;
      detail += piece;
    }
    return detail;
  };
}

function deriveEvent(rules: BoundRules, line: LineFields): DerivedEvent | null {
  for (const other of rules.unless) if (other.derived !== null) return null;
  const alternative = matching(rules.alternatives, line);
  if (alternative === null) return null;
  return { event: rules.event, operation: alternative.operation(), detail: alternative.detail() };
}

/** The first alternative that holds. Leaves the event that it refines with the line. */
function matching(alternatives: readonly BoundAlternative[], line: LineFields): BoundAlternative | null {
  for (const alternative of alternatives) {
    if (alternative.refines !== null) {
      const refined = firstDerived(alternative.refines);
      if (refined === null) continue;
      line.refine(refined);
    }
    if (allHold(alternative.when)) return alternative;
  }
  return null;
}

function firstDerived(bases: readonly BoundRules[]): DerivedEvent | null {
  for (const base of bases) if (base.derived !== null) return base.derived;
  return null;
}
