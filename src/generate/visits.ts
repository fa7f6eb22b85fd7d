import { MINUTE_MS } from "../core/units.ts";

/** From the first to the last of some moments, none more than half an hour from the next: milliseconds since 1970. */
export interface Visit {
  firstMs: number;
  lastMs: number;
}

/** What is further apart belongs to two sessions. */
const LONGEST_PAUSE_MS = 30 * MINUTE_MS;

/** Takes a moment into a list of visits, in order of time; moments may come in any order. */
export function addMoment(visits: Visit[], timeMs: number): void {
  let at = visits.length;
  while (at > 0 && (visits[at - 1]?.firstMs ?? 0) > timeMs) at -= 1;
  const [before, after] = [visits[at - 1], visits[at]];
  const continues = before !== undefined && timeMs - before.lastMs <= LONGEST_PAUSE_MS;
  const leadsTo = after !== undefined && after.firstMs - timeMs <= LONGEST_PAUSE_MS;
  if (continues) before.lastMs = Math.max(before.lastMs, timeMs, leadsTo ? after.lastMs : 0);
  else if (leadsTo) after.firstMs = timeMs;
  else visits.splice(at, 0, { firstMs: timeMs, lastMs: timeMs });
  if (continues && leadsTo) visits.splice(at, 1);
}

/** Of visits in order of time the one that a moment lies in. */
export function visitAt(visits: readonly Visit[], timeMs: number): Visit | undefined {
  return visits.findLast(({ firstMs }) => firstMs <= timeMs);
}
