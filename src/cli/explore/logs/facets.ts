import type { FacetAnswer, FacetName, FacetValue, LineFacts } from "../../../explorer/logs-answers.ts";

/** Counts how often lines say what. */
export interface Facets {
  add(log: string, facts: LineFacts): void;
  answer(): FacetAnswer[];
}

type Conditions = FacetValue["conditions"];

const MOST_SHOWN = 100;
/** Of one facet; values that come later are no longer counted. */
const MOST_VALUES = 10_000;
/** Beyond it a value is no name of anything. */
const MOST_VALUE_CHARS = 300;
const NAMES: readonly FacetName[] = ["status_class", "status", "controller", "what", "log", "event", "group", "user"];

export function createFacets(): Facets {
  const counters = new Map(NAMES.map((name) => [name, createCounter()]));
  const count = (name: FacetName, value: string | null, conditionsOf: () => Conditions): void => {
    if (value !== null && value.length <= MOST_VALUE_CHARS) counters.get(name)?.add(value, conditionsOf);
  };
  const countPlain = (name: FacetName, param: string, value: string | null): void =>
    count(name, value, () => [[param, value ?? ""]]);
  return {
    add(log, facts) {
      const { status, controller, what, group, user, events } = facts;
      countPlain("status_class", "status", statusClass(status));
      countPlain("status", "status", statusClass(status) === null ? null : status);
      count("controller", controller, () => [["field", `controller=${controller}`]]);
      count("what", what, () => whatConditions(facts));
      countPlain("log", "log", log);
      for (const event of events) countPlain("event", "event", event);
      countPlain("group", "group", group);
      countPlain("user", "user", user);
    },
    answer: () => [...counters].map(([name, counter]) => ({ name, ...counter.top() })),
  };
}

/** `5xx`; null for what is no status of HTTP. */
function statusClass(status: string | null): string | null {
  return status !== null && /^[1-5]\d\d$/.test(status) ? `${status.slice(0, 1)}xx` : null;
}

function whatConditions({ what, what_fields: fields }: LineFacts): Conditions {
  const [first, ...others] = fields;
  if (first === undefined || what === null) return [];
  if (others.length === 0) return [["field", `${first}=${what}`]];
  // Controllers have no `#` in their names.
  const values = what.split("#");
  return fields.map((name, at) => ["field", `${name}=${values[at] ?? ""}`]);
}

interface Counter {
  add(value: string, conditionsOf: () => Conditions): void;
  top(): Pick<FacetAnswer, "values" | "more">;
}

function createCounter(): Counter {
  const counted = new Map<string, { count: number; readonly conditions: Conditions }>();
  return {
    add(value, conditionsOf) {
      const known = counted.get(value);
      if (known !== undefined) known.count += 1;
      else if (counted.size < MOST_VALUES) counted.set(value, { count: 1, conditions: conditionsOf() });
    },
    top() {
      const sorted = [...counted].toSorted(([a, { count: x }], [b, { count: y }]) => y - x || (a < b ? -1 : 1));
      const shown = sorted.slice(0, MOST_SHOWN);
      return {
        values: shown.map(([value, { count, conditions }]) => ({ value, count, conditions })),
        more: sorted.length - shown.length,
      };
    },
  };
}
