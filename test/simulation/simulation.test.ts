/**
 * Goal: the simulation judges rightly: it finds nothing wrong with the program, and would if there were something; and
 * a seed is all that is needed to see the same again.
 * Method: a few seeds here, 5,000 in `simulation.it.test.ts`, any number by `npm run simulate`. That it would find a
 * fault is what the planted faults of `npm run mutants` show.
 */
import { expect, it } from "vitest";
import { simulate } from "./simulate.ts";
import { EVENTS, type Event } from "./world.ts";

const SEEDS = 200;

it(`${SEEDS} seeds hold all invariants, and meet all that is worth meeting`, async () => {
  const met = new Set<Event>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { failure, happened } = await simulate(seed);
    expect(failure, `npm run simulate -- --seed ${seed}`).toBeNull();
    for (const event of happened) met.add(event);
  }
  expect(met).toEqual(new Set(EVENTS));
});

it("the same seed takes the same steps", async () => {
  const traces: string[][] = [[], []];
  for (const trace of traces) await simulate(7, (line) => trace.push(line));
  expect(traces[1]).toEqual(traces[0]);
  expect(traces[0]?.length).toBeGreaterThan(50);
});
