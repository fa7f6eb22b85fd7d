import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../core/units.ts";
import type { Chance } from "./chance.ts";
import type { User } from "./population.ts";

/** What lies between two things that a person does. */
const PAUSES = [
  { pause: "think", weight: 86 },
  { pause: "border", weight: 8 },
  { pause: "away", weight: 6 },
] as const;

/** A session ends after 30 minutes without events: pauses just below, at and above that tell a good counter. */
const SESSION_MS = 30 * MINUTE_MS;
const BORDERS_MS = [-MINUTE_MS, -SECOND_MS, -1, 0, 1, SECOND_MS, MINUTE_MS].map((by) => SESSION_MS + by);

const THINK_MS = 40 * SECOND_MS;
const AWAY_MS = 2 * HOUR_MS;
const BOT_MS = 90 * SECOND_MS;
const MORNING_MS = 6 * HOUR_MS;
const EVENING_MS = 21 * HOUR_MS;

/** When the user first acts: the instance is in the middle of its day. */
export function firstActMs(chance: Chance, { isNightOwl }: User, fromMs: number): number {
  const soonMs = fromMs + chance.below(3 * MINUTE_MS);
  return isNightOwl ? soonMs : byDaylight(chance, soonMs);
}

/** When the user acts again, in milliseconds since 1970. People sleep at night, and few work at weekends. */
export function nextActMs(chance: Chance, { isBot, isNightOwl }: User, timeMs: number): number {
  if (isBot) return timeMs + Math.ceil(chance.around(BOT_MS));
  const nextMs = timeMs + pauseMs(chance);
  return isNightOwl ? nextMs : byDaylight(chance, nextMs);
}

function pauseMs(chance: Chance): number {
  const { pause } = chance.weighted(PAUSES);
  if (pause === "border") return chance.pick(BORDERS_MS);
  return Math.ceil(pause === "think" ? chance.around(THINK_MS) : SESSION_MS + chance.around(AWAY_MS));
}

function byDaylight(chance: Chance, timeMs: number): number {
  const ofDayMs = timeMs % DAY_MS;
  const midnightMs = timeMs - ofDayMs;
  if (isWeekend(timeMs) && chance.share(0.8)) return byDaylight(chance, midnightMs + DAY_MS + morningMs(chance));
  if (ofDayMs < MORNING_MS) return midnightMs + morningMs(chance);
  return ofDayMs < EVENING_MS ? timeMs : byDaylight(chance, midnightMs + DAY_MS + morningMs(chance));
}

function morningMs(chance: Chance): number {
  return MORNING_MS + chance.below(4 * HOUR_MS);
}

function isWeekend(timeMs: number): boolean {
  // 1970 began on a Thursday.
  const day = (Math.floor(timeMs / DAY_MS) + 4) % 7;
  return day === 0 || day === 6;
}
