import type { Fields, SlotOf } from "../core/fields.ts";
import {
  type BoundAlternative,
  type BoundRules,
  bindCatalogue,
  deriveEvents,
  firstDerived,
  matching,
} from "./bound-rules.ts";
import type { BoundCondition } from "./condition.ts";
import { wantedWords } from "./condition-words.ts";
import type { DerivedEvent } from "./derived-event.ts";
import type { Catalogue } from "./event-rules.ts";
import { createLineFields, type LineFields } from "./line-fields.ts";

/** One condition of a rule, as it met the line. */
export interface Finding {
  readonly field: string;
  /** JSON text of what the line holds there; null where the field is absent. */
  readonly value: string | null;
  /** What the condition asks for, in words. */
  readonly wanted: string;
}

/** A rule's place in the catalogue. */
export interface RulePlace {
  readonly event: string;
  /** Place among the event's alternatives, from 1. */
  readonly rule: number;
  /** How many alternatives the event has, those for other logs included. */
  readonly ruleCount: number;
}

/** An event that the line counts, and why: all conditions of the rule, each of which holds. */
export interface ExplainedEvent extends DerivedEvent, RulePlace {
  readonly conditions: readonly Finding[];
}

/** An event that the line does not count: the nearest of its rules, and all that stands in the way. */
export interface NearMiss extends RulePlace {
  /** True where one thing alone stands in the way; false for a rule that is told because nothing is nearer. */
  readonly isNear: boolean;
  /** Conditions of the rule that hold by what is there: an absent field fulfils many. */
  readonly heldCount: number;
  readonly failed: readonly Finding[];
  /** The event which the line counts and beside which this one does not; null where none stands in the way. */
  readonly unless: string | null;
  /** The events of which the line would have to count one, and counts none; null where that does not stand in the way. */
  readonly refines: readonly string[] | null;
}

export interface Explanation {
  /** False where no rule of the events that were asked for is for the log. */
  readonly hasRules: boolean;
  readonly events: readonly ExplainedEvent[];
  /**
   * Sorted by nearness: those with `isNear`, then rules that lack the event that they refine at last; fewest failed
   * conditions, then most that hold, then the order of the catalogue.
   */
  readonly nearMisses: readonly NearMiss[];
}

/** Explains one line; `log` is the canonical name of its log, and the fields are null for what has none. */
export type Explain = (log: string, fields: Fields | null) => Explanation;

/** Nearest events that are told of a line that counts none, near or not. */
const TOLD_ANYWAY = 3;

/**
 * The same rules on the same line as `createDeriver`, told in words. `asked` are the only events to explain, each
 * however far it is; null explains all, those that the line does not count only where they are near, or nothing else
 * is. The function that is returned holds the state of one line: do not share it.
 */
export function createExplainer(catalogue: Catalogue, slotOf: SlotOf, asked: readonly string[] | null): Explain {
  const line = createLineFields(slotOf);
  const byLog = bindCatalogue(catalogue, line);
  return (log, fields) => {
    const rules = byLog.get(log) ?? [];
    const told = rules.filter(({ event }) => asked === null || asked.includes(event));
    const hasRules = told.length > 0;
    if (fields === null) return { hasRules, events: [], nearMisses: [] };
    line.begin(fields);
    const derived = deriveEvents(rules, line);
    const events = told.flatMap((each) => explainEvent(each, line) ?? []);
    const missed = told.filter((each) => each.derived === null).map((each) => nearestRule(each, line));
    const ranked = missed.toSorted(byNearness);
    const nearCount = ranked.filter(({ isNear }) => isNear).length;
    const least = asked !== null ? ranked.length : derived.length === 0 ? TOLD_ANYWAY : 0;
    return { hasRules, events, nearMisses: ranked.slice(0, Math.max(nearCount, least)) };
  };
}

function explainEvent(rules: BoundRules, line: LineFields): ExplainedEvent | null {
  if (rules.derived === null) return null;
  // The same search again: it leaves the event that the rule refines with the line, as it was when the rule held.
  const alternative = matching(rules.alternatives, line);
  if (alternative === null) return null;
  return { ...rules.derived, ...placeOf(rules, alternative), conditions: alternative.when.map(findingOf) };
}

function nearestRule(rules: BoundRules, line: LineFields): NearMiss {
  const [first, ...others] = rules.alternatives.map((alternative) => missBy(rules, alternative, line));
  if (first === undefined) throw new Error(`explain event "${rules.event}": bound to a log without rule`);
  return others.reduce((nearest, other) => (byNearness(other, nearest) < 0 ? other : nearest), first);
}

function missBy(rules: BoundRules, alternative: BoundAlternative, line: LineFields): NearMiss {
  const refined = alternative.refines === null ? null : firstDerived(alternative.refines);
  const refines = refined === null ? (alternative.refines?.map(({ event }) => event) ?? null) : null;
  const unless = rules.unless.find((other) => other.derived !== null)?.event ?? null;
  line.refine(refined);
  // Without the event that it refines there is nothing to ask about that.
  const conditions = alternative.when.filter((condition) => refines === null || !isOnRefined(condition));
  const failed = conditions.filter((condition) => !condition.holds());
  const heldCount = conditions.filter((each) => each.holds() && each.read.present()).length;
  const miss = { ...placeOf(rules, alternative), heldCount, failed: failed.map(findingOf), unless, refines };
  const isReachable = refines === null && !failed.some(isOnRefined);
  const isNear = isReachable && obstacles(miss) === 1 && (failed.length < conditions.length || unless !== null);
  return { ...miss, isNear };
}

/** How many things stand in the way. */
function obstacles({ failed, unless, refines }: Pick<NearMiss, "failed" | "unless" | "refines">): number {
  return failed.length + (unless === null ? 0 : 1) + (refines === null ? 0 : 1);
}

function byNearness(a: NearMiss, b: NearMiss): number {
  return (
    Number(b.isNear) - Number(a.isNear) ||
    Number(a.refines !== null) - Number(b.refines !== null) ||
    obstacles(a) - obstacles(b) ||
    b.heldCount - a.heldCount
  );
}

function isOnRefined({ field }: BoundCondition): boolean {
  return field.startsWith("refined.");
}

function placeOf({ event, ruleCount }: BoundRules, { index }: BoundAlternative): RulePlace {
  return { event, rule: index + 1, ruleCount };
}

function findingOf({ field, condition, read }: BoundCondition): Finding {
  return { field, value: read.text(), wanted: wantedWords(condition) };
}
