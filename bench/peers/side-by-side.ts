import type { Entrant, Trial } from "./entrant.ts";

/** What came of each in one round, by its name: a failure in words. */
export type TrialRound = ReadonlyMap<string, Trial | string>;

/** All do the job in turn: a round that warms up, then the others, every second round backwards. Who fails once is out. */
export async function sideBySide(entrants: readonly Entrant[], rounds: number): Promise<TrialRound[]> {
  let running = entrants;
  const all: TrialRound[] = [];
  for (let number = 0; number <= rounds; number += 1) {
    process.stderr.write(number === 0 ? "warm-up\n" : `round ${number} of ${rounds}\n`);
    const round = await runRound(running);
    running = running.filter(({ name }) => typeof round.get(name) !== "string").toReversed();
    all.push(round);
  }
  return all;
}

async function runRound(entrants: readonly Entrant[]): Promise<TrialRound> {
  const round = new Map<string, Trial | string>();
  for (const { name, run } of entrants) {
    try {
      round.set(name, await run());
    } catch (error) {
      process.stderr.write(`${name}: ${String(error)}\n`);
      round.set(name, error instanceof Error ? error.message : String(error));
    }
  }
  return round;
}
