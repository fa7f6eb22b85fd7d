import { allHold, type BoundCondition, bindConditions } from "./condition.ts";
import { type DerivedEvent, NO_DETAIL, NO_EVENTS } from "./derived-event.ts";
import type { Alternative, Catalogue } from "./event-rules.ts";
import type { LineFields } from "./line-fields.ts";
import type { Operation } from "./rule-language.ts";
import type { TemplatePart } from "./template.ts";

/** The rules of one event on one log. */
export interface BoundRules {
  readonly event: string;
  readonly unless: readonly BoundRules[];
  readonly alternatives: readonly BoundAlternative[];
  /** Alternatives of the event in the catalogue, those for other logs included. */
  readonly ruleCount: number;
  /** What the line at hand counts by these rules. Set before any rule below asks for it. */
  derived: DerivedEvent | null;
}

export interface BoundAlternative {
  /** Place among the event's alternatives in the catalogue, from 0. */
  readonly index: number;
  /** Null where the rule stands for itself. */
  readonly refines: readonly BoundRules[] | null;
  readonly when: readonly BoundCondition[];
  readonly operation: () => Operation;
  readonly detail: () => string;
}

/** The rules for each log, in the order in which they are tried. They share the line: do not share them. */
export function bindCatalogue(catalogue: Catalogue, line: LineFields): ReadonlyMap<string, readonly BoundRules[]> {
  const byLog = new Map<string, BoundRules[]>();
  for (const { event, unless, alternatives } of catalogue.events) {
    for (const log of new Set(alternatives.flatMap((alternative) => alternative.logs))) {
      const above = byLog.get(log) ?? [];
      const bound = alternatives.flatMap((alternative, index) =>
        alternative.logs.includes(log) ? [bindAlternative(alternative, index, above, line)] : [],
      );
      const ruleCount = alternatives.length;
      const rules = { event, unless: named(above, unless), alternatives: bound, ruleCount, derived: null };
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

/** The events that the line at hand counts by the rules of its log; each of these keeps its own. */
export function deriveEvents(rules: readonly BoundRules[], line: LineFields): readonly DerivedEvent[] {
  let events: DerivedEvent[] | null = null;
  for (const rule of rules) {
    const event = deriveEvent(rule, line);
    rule.derived = event;
    if (event === null) continue;
    if (events === null) events = [event];
    else events.push(event);
  }
  return events ?? NO_EVENTS;
}

function deriveEvent(rules: BoundRules, line: LineFields): DerivedEvent | null {
  for (const other of rules.unless) if (other.derived !== null) return null;
  const alternative = matching(rules.alternatives, line);
  if (alternative === null) return null;
  return { event: rules.event, operation: alternative.operation(), detail: alternative.detail() };
}

/** The first alternative that holds. Leaves the event that it refines with the line. */
export function matching(alternatives: readonly BoundAlternative[], line: LineFields): BoundAlternative | null {
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

/** Of the events the first that the line counts. */
export function firstDerived(bases: readonly BoundRules[]): DerivedEvent | null {
  for (const base of bases) if (base.derived !== null) return base.derived;
  return null;
}
