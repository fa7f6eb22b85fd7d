import { parseHourText } from "../../archive/hour-text.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { UNDATED_HOUR } from "../../core/hour.ts";
import { hourOfId } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { countedTime } from "../fact-reader.ts";
import { eachSealedLine } from "../facts/sealed-lines.ts";

/**
 * The newest hour of these plans that has a line of its own, in hours since 1970: lines ahead of their hour and undated
 * ones aside. Null where there is none. Rejects with `IoError`.
 */
export async function newestSealedHour(store: ObjectStore, plans: readonly SealedPlan[]): Promise<number | null> {
  const newestFirst = plans.toSorted((a, b) => lastHour(b) - lastHour(a));
  let newest: number | null = null;
  for (const plan of newestFirst) {
    if (newest !== null && lastHour(plan) <= newest) break;
    const hour = await newestHourOf(store, plan);
    if (hour !== null && (newest === null || hour > newest)) newest = hour;
  }
  return newest;
}

/** The hour that makes a line count for the newest one; null for a line that is passed over. */
export function ownHour(id: string, timeMs: number | null): number | null {
  const hour = hourOfId(id);
  return hour === UNDATED_HOUR || countedTime(id, timeMs).isAhead ? null : hour;
}

/** The lanes of a plan tell, unless some of its lines may run ahead and it has several hours. */
async function newestHourOf(store: ObjectStore, plan: SealedPlan): Promise<number | null> {
  const { lanes, lines } = plan.manifest;
  const maybeAhead = (lanes.future ?? 0) + (lanes.wrapped ?? 0);
  const isSure = maybeAhead === 0 || (plan.span.hours === 1 && maybeAhead < lines);
  if (lines === 0 || plan.span.firstHour === UNDATED_HOUR) return null;
  return isSure ? lastHour(plan) : newestLineHour(store, plan);
}

async function newestLineHour(store: ObjectStore, plan: SealedPlan): Promise<number | null> {
  let newest: number | null = null;
  await eachSealedLine(store, plan, {
    line({ meta }) {
      const hour = ownHour(meta.id, meta.timeMs);
      if (hour !== null && (newest === null || hour > newest)) newest = hour;
    },
    endSegment: () => {},
    bytes: () => {},
  });
  return newest;
}

/** Of those that its lines are in. */
function lastHour({ manifest }: SealedPlan): number {
  return Math.max(...Object.keys(manifest.by_hour).map(parseHourText));
}
