import type { Meta } from "../../core/archived-line.ts";
import { hourText } from "../../core/hour.ts";
import { hourOfId } from "../../core/identity.ts";
import type { HourFigures } from "../manifest.ts";
import type { Verdict } from "./line-judge.ts";

/** What a line is counted as (I3). */
export interface LineClass {
  readonly kind: "counted" | "eventless" | "quarantined";
  readonly events: readonly string[];
}

export function classOf({ reason }: Meta, events: readonly string[]): LineClass {
  if (reason !== null) return { kind: "quarantined", events };
  return { kind: events.length === 0 ? "eventless" : "counted", events };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Of an hour, to be added to. */
export function noHourFigures(): Mutable<HourFigures> {
  return { received: 0, archived: 0, duplicates: 0, conflicts: 0, counted: 0, eventless: 0, quarantined: 0 };
}

/** Adds up what a plan changes in the figures. */
export interface Figures {
  /** `lineClass` is asked for only where the line is new. */
  add(id: string, verdict: Verdict, lineClass: () => LineClass): void;
  /** Of the lines of the id another one stands now. */
  change(id: string, from: LineClass, to: LineClass): void;
  byHour(): Record<string, HourFigures>;
  /** Changes of the counts, by event; without those that are zero. */
  events(): Record<string, number>;
}

export function createFigures(): Figures {
  const hours = new Map<number, Mutable<HourFigures>>();
  const events = new Map<string, number>();
  const figuresOf = (hour: number): Mutable<HourFigures> => {
    const known = hours.get(hour) ?? noHourFigures();
    hours.set(hour, known);
    return known;
  };
  const count = (figures: Mutable<HourFigures>, { kind, events: names }: LineClass, by: 1 | -1): void => {
    figures[kind] += by;
    for (const name of names) events.set(name, (events.get(name) ?? 0) + by);
  };
  return {
    add(id, verdict, lineClass) {
      const figures = figuresOf(hourOfId(id));
      figures.received += 1;
      if (verdict === "new") {
        figures.archived += 1;
        count(figures, lineClass(), 1);
        return;
      }
      figures.duplicates += 1;
      if (verdict === "conflict") figures.conflicts += 1;
    },
    change(id, from, to) {
      const figures = figuresOf(hourOfId(id));
      count(figures, from, -1);
      count(figures, to, 1);
    },
    byHour: () => Object.fromEntries(hours.entries().map(([hour, figures]) => [hourText(hour), { ...figures }])),
    events: () => Object.fromEntries(events.entries().filter(([, change]) => change !== 0)),
  };
}
