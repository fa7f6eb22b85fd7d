import { expect } from "vitest";
import type { Fields, SlotOf } from "../../src/core/fields.ts";
import type { DerivedEvent } from "../../src/derive/derived-event.ts";
import { createDeriver, type Derive } from "../../src/derive/deriver.ts";
import type { Alternative } from "../../src/derive/event-rules.ts";
import type { Explanation, Finding } from "../../src/derive/explainer.ts";
import type { Condition } from "../../src/derive/rule-language.ts";
import { fakeReader } from "./fake-fields.ts";
import { STANDARD, teamCatalogue } from "./standard-events.ts";

/** A condition of a rule, asked for alone. */
interface Truth {
  readonly field: string;
  readonly holds: boolean;
  /** False where the field is absent. */
  readonly isThere: boolean;
}

/** A line, and what it counts. */
interface CountedLine {
  readonly log: string;
  readonly fields: Fields;
  readonly derived: readonly DerivedEvent[];
}

const refinedReader = fakeReader(["x"]);

/** Compares explanations by the standard catalogue with rules of one condition each, which count by themselves. */
export function createRuleOracle(slotOf: SlotOf): (line: CountedLine, explanation: Explanation) => void {
  const derivers = new Map<string, Derive>();

  /** Whether the condition alone would count the line. */
  const holds = (
    field: string,
    condition: Condition,
    { fields, derived }: CountedLine,
    base: string | null,
  ): boolean => {
    const isOnRefined = field.startsWith("refined.");
    const text = JSON.stringify({
      version: 1,
      events: { e: { log: "shell", when: { [isOnRefined ? "x" : field]: condition } } },
    });
    const key = `${isOnRefined} ${text}`;
    const derive = derivers.get(key) ?? createDeriver(teamCatalogue(text), isOnRefined ? refinedReader.slotOf : slotOf);
    derivers.set(key, derive);
    if (!isOnRefined) return derive("shell", fields).length === 1;
    const refined = derived.find(({ event }) => event === base);
    const x = field === "refined.operation" ? refined?.operation : refined?.detail;
    return derive("shell", refinedReader.read({ x })).length === 1;
  };

  const truths = ({ refines, when }: Alternative, line: CountedLine): { base: string | null; truths: Truth[] } => {
    const base = refines.find((event) => line.derived.some((each) => each.event === event)) ?? null;
    const conditions = when.flatMap((each) => Object.entries(each));
    return {
      base,
      truths: conditions.map(([field, each]) => ({
        field,
        holds: holds(field, each, line, base),
        isThere: holds(field, { present: true }, line, base),
      })),
    };
  };

  return (line, { events, nearMisses, hasRules }) => {
    expect(events.map(({ event, operation, detail }) => ({ event, operation, detail }))).toEqual(line.derived);
    const counts = (event: string): boolean => line.derived.some((each) => each.event === event);
    const here = STANDARD.events.filter(({ alternatives }) => alternatives.some(({ logs }) => logs.includes(line.log)));
    expect(hasRules).toBe(here.length > 0);
    for (const { event, unless, alternatives } of here) {
      const told = events.find((each) => each.event === event);
      const miss = nearMisses.find((each) => each.event === event);
      const tried = alternatives.map((each) => ({ ...truths(each, line), ...each }));
      if (told !== undefined) {
        expect(miss).toBe(undefined);
        const held = tried[told.rule - 1]?.truths ?? [];
        expect(held.every((each) => each.holds)).toBe(true);
        expect(names(told.conditions)).toEqual(names(held));
        continue;
      }
      const stopper = unless.find(counts) ?? null;
      const isNear = tried.some(({ logs, refines, base, truths }) => {
        const failed = truths.filter((each) => !each.holds);
        if (!logs.includes(line.log) || (refines.length > 0 && base === null)) return false;
        if (stopper !== null) return failed.length === 0;
        return failed.length === 1 && truths.length > 1 && !failed[0]?.field.startsWith("refined.");
      });
      expect([event, miss?.isNear ?? false]).toEqual([event, isNear]);
      if (miss === undefined) continue;
      const { refines = [], base = null, truths: asked = [] } = tried[miss.rule - 1] ?? {};
      const lacksBase = refines.length > 0 && base === null;
      const sensible = asked.filter(({ field }) => !lacksBase || !field.startsWith("refined."));
      expect(names(miss.failed)).toEqual(names(sensible.filter((each) => !each.holds)));
      expect(miss.heldCount).toBe(sensible.filter((each) => each.holds && each.isThere).length);
      expect(miss.unless).toBe(stopper);
      expect(miss.refines !== null).toBe(lacksBase);
      expect(miss.refines?.filter(counts) ?? []).toEqual([]);
    }
    const far = nearMisses.filter(({ isNear }) => !isNear);
    if (line.derived.length > 0) expect(far).toEqual([]);
    else if (hasRules) expect(nearMisses.length).toBeGreaterThan(0);
    expect(far.length === 0 || nearMisses.length <= 3).toBe(true);
  };
}

function names(list: readonly Pick<Finding, "field">[]): string[] {
  return list.map(({ field }) => field).toSorted();
}
