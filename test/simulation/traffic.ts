import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { UNMAPPABLE } from "./simulated-cluster.ts";
import type { World } from "./world.ts";

/** Makes messages of one to four lines: new ones, repeats, conflicts, late, early and broken ones. */
export class Traffic {
  readonly #world: World;
  readonly #messages: string[] = [];
  readonly #lines: string[] = [];
  #made = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The data of the next message. */
  next(): string {
    const world = this.#world;
    // A publisher that got no answer publishes the same once more.
    if (this.#messages.length > 0 && world.chance(0.15)) return world.pick(this.#messages);
    const data = Array.from({ length: world.some(1, 3) }, () => this.#line()).join("\n");
    this.#messages.push(data);
    return data;
  }

  #line(): string {
    const world = this.#world;
    if (this.#lines.length > 0 && world.chance(0.15)) return world.pick(this.#lines);
    this.#made += 1;
    const line = this.#newLine(this.#made);
    this.#lines.push(line);
    return line;
  }

  #newLine(number: number): string {
    const world = this.#world;
    const event = world.pick(["push", "push", "view", "view", undefined]);
    const kind = world.random();
    if (kind < 0.1) return `no record ${number}`;
    // Neither time nor mark: known by its place.
    if (kind < 0.2) return JSON.stringify({ event, number });
    const time = new Date(world.schedule.nowMs - this.#ageMs()).toISOString();
    // A few ids for many lines, of one hour.
    if (kind < 0.35) {
      const hour = Math.floor(world.schedule.nowMs / HOUR_MS) * HOUR_MS;
      return JSON.stringify({ time: new Date(hour).toISOString(), event, number, event_id: `e${number % 3}-${hour}` });
    }
    const rest = world.chance(0.1) ? { note: UNMAPPABLE } : {};
    return JSON.stringify({ time, event, number, correlation_id: `c${number}`, ...rest });
  }

  /** How long ago the line was written: mostly moments, some times days; and clocks of others may be ahead. */
  #ageMs(): number {
    const world = this.#world;
    const kind = world.random();
    if (kind < 0.25) return world.between(0, MINUTE_MS);
    if (kind < 0.85) return world.between(0, 5 * HOUR_MS);
    if (kind < 0.95) return world.between(0, 2 * DAY_MS);
    return -world.between(0, 3 * HOUR_MS);
  }
}
