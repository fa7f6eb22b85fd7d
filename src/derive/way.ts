import { bindCondition } from "./condition.ts";
import type { Alternative, EventRules } from "./event-rules.ts";
import { textValue } from "./possible-values.ts";
import type { Conditions, Operation } from "./rule-language.ts";

/** One way in which a line can come to count an event: what holds of it then, events that it refines included. */
export interface Way {
  readonly logs: readonly string[];
  /** Of the line's own fields: what holds of a refined event is in here by its own conditions. */
  readonly when: readonly Conditions[];
  readonly operation: Operation;
}

/** More ways are not looked through: the standard catalogue has six at the most. */
const MOST_WAYS = 500;

/**
 * Ways of the lines that an alternative may refine; one without conditions where it refines nothing, none where no
 * refined event can be as it asks, null where they are too many. `above` are the events that may be refined.
 */
export function refinedWays({ refines, logs, when }: Alternative, above: readonly EventRules[]): readonly Way[] | null {
  if (refines.length === 0) return [{ logs, when: [], operation: "none" }];
  const ways: Way[] = [];
  for (const base of above) {
    if (!refines.includes(base.event)) continue;
    const found = waysOf(base, above);
    if (found === null || ways.length + found.length > MOST_WAYS) return null;
    ways.push(...found.filter((way) => way.logs.some((log) => logs.includes(log)) && isAsked(way, when)));
  }
  return ways;
}

function waysOf({ alternatives }: EventRules, above: readonly EventRules[]): readonly Way[] | null {
  const ways: Way[] = [];
  for (const alternative of alternatives) {
    const bases = refinedWays(alternative, above);
    if (bases === null) return null;
    for (const base of bases) {
      const when = [...base.when, ...alternative.when.map(ownConditions)];
      const logs = base.logs.filter((log) => alternative.logs.includes(log));
      for (const each of alternative.operation) {
        ways.push({ logs, when: [...when, ownConditions(each.when)], operation: each.operation });
      }
      const isDecided = alternative.operation.some((each) => Object.keys(each.when).length === 0);
      if (!isDecided) ways.push({ logs, when, operation: "none" });
    }
    if (ways.length > MOST_WAYS) return null;
  }
  return ways;
}

/** Whether the refined event is as the conditions on it ask. */
function isAsked({ operation }: Way, when: readonly Conditions[]): boolean {
  const value = textValue(operation);
  return when.every((conditions) => {
    const condition = conditions["refined.operation"];
    return condition === undefined || bindCondition(condition, value)();
  });
}

/** Conditions on fields of the line itself. */
export function ownConditions(conditions: Conditions): Conditions {
  return Object.fromEntries(Object.entries(conditions).filter(([field]) => !field.startsWith("refined.")));
}
