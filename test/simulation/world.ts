import { HOUR_MS } from "../../src/core/units.ts";
import { randomOf } from "../random.ts";
import { drawFaults, type Faults, NO_FAULTS } from "./faults.ts";
import { Schedule } from "./schedule.ts";

/** What is worth meeting mishaps. */
export const EVENTS = [
  "sealed",
  "sealed again",
  "sealed by another",
  "only repeats",
  "signed again",
  "marked",
  "removed",
] as const;

export type Event = (typeof EVENTS)[number];

/** The stream of all lines. */
export const STREAM = "local";
/** Long ago, so that nothing can be mixed up with the time of whoever runs it. */
const START_MS = Date.UTC(2021, 2, 4, 5, 6);

/** Time, chance and mishaps of one simulation; all that happens in it follows from its seed. */
export class World {
  readonly random: () => number;
  readonly schedule: Schedule;
  faults: Faults;
  /** What has happened while there were faults, so that nobody takes worlds for full in which nothing does. */
  readonly happened = new Set<Event>();
  /** What must not be, the first of it. */
  failure: string | null = null;
  readonly #onTrace: ((line: string) => void) | null;

  /** Steps of machines while there were faults. */
  machineSteps = 0;
  readonly #killAt: number;

  /** `onTrace` is told step by step what happens; `killAt` is the step of a machine at which that is killed. */
  constructor(seed: number, onTrace: ((line: string) => void) | null, killAt: number) {
    this.#killAt = killAt;
    this.random = randomOf(seed);
    this.schedule = new Schedule(START_MS + Math.floor(this.random() * 24 * HOUR_MS));
    this.faults = drawFaults(this.random);
    this.#onTrace = onTrace;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random() < probability;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.random();
  }

  /** A whole number from `least` to `most`. */
  some(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T;
  }

  /** A machine makes a step; true where it is to be its last one. */
  isLastStep(): boolean {
    if (this.faults === NO_FAULTS) return false;
    this.machineSteps += 1;
    return this.machineSteps === this.#killAt || this.chance(this.faults.crash);
  }

  note(event: Event): void {
    if (this.faults !== NO_FAULTS) this.happened.add(event);
  }

  fail(what: string): void {
    this.failure ??= what;
    this.trace(() => `WRONG: ${what}`);
  }

  trace(line: () => string): void {
    if (this.#onTrace === null) return;
    const at = new Date(this.schedule.nowMs).toISOString().slice(8, 23);
    this.#onTrace(`${this.schedule.steps} ${at} ${line()}`);
  }
}
