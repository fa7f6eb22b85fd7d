import { UsageError } from "../core/fault.ts";
import { DAY_MS, SECOND_MS } from "../core/units.ts";
import type { FormName } from "./form.ts";
import { naturalUsers } from "./simulation.ts";
import type { TrafficOptions } from "./traffic.ts";

/** What is asked for; null is left open. */
export interface Wish {
  readonly seed: number;
  readonly fromMs: number;
  readonly users: number | null;
  readonly lines: number | null;
  /** Simulated seconds. */
  readonly seconds: number | null;
  /** Lines a second, of simulated time. */
  readonly rate: number | null;
  readonly form: FormName;
  readonly batch: number | null;
  readonly redelivered: number;
  readonly republished: number;
  readonly poisoned: number;
}

const DEFAULT_USERS = 50;
const DEFAULT_SECONDS = DAY_MS / SECOND_MS;
const MOST_USERS = 1_000_000;
/** Nobody does more, however hasty. */
const MOST_LINES_PER_USER_SECOND = 50;
/** Lines are valid from 2000 to 2099; local times and what comes late need some room. */
const FIRST_MS = Date.UTC(2000, 0, 2);
const END_MS = Date.UTC(2099, 0, 1);

/**
 * The traffic that answers a wish. Without rate, and without lines and seconds together, people act naturally until
 * the time is over or the lines are there; else the lines are spread evenly, by as many users as that takes naturally,
 * or by the given number. Throws `UsageError` for what cannot be.
 */
export function planTraffic(wish: Wish): TrafficOptions {
  refuseContradictions(wish);
  const { seed, fromMs, rate, form, batch, redelivered, republished, poisoned } = wish;
  if (fromMs < FIRST_MS || fromMs >= END_MS) {
    throw impossible("it would begin before 2000-01-02 or after 2098", "give another --start");
  }
  const seconds = wish.seconds ?? (wish.lines === null ? DEFAULT_SECONDS : null);
  const linesPerSecond = rate ?? (wish.lines === null || seconds === null ? null : wish.lines / seconds);
  const users = wish.users ?? (linesPerSecond === null ? DEFAULT_USERS : naturalUsers(linesPerSecond));
  refuseTooMuch(users, linesPerSecond ?? 0);
  const untilMs = seconds === null ? END_MS : fromMs + seconds * SECOND_MS;
  if (untilMs > END_MS) throw impossible("it would end after 2098", "give an earlier --start, or fewer --seconds");
  return {
    seed,
    users,
    fromMs,
    untilMs,
    linesPerSecond,
    lines: wish.lines ?? Number.POSITIVE_INFINITY,
    form: { name: form, batch },
    disturbances: { redelivered, republished, poisoned },
  };
}

function refuseContradictions({ lines, seconds, rate, form, batch, redelivered }: Wish): void {
  if (lines !== null && seconds !== null && rate !== null) {
    throw impossible("--lines, --seconds and --rate contradict each other", "give two of them");
  }
  if (form === "pubsub") return;
  if (batch !== null) throw impossible(`form "${form}" has no batches`, "add --form pubsub");
  if (redelivered > 0)
    throw impossible(`form "${form}" delivers nothing again`, "add --form pubsub, or use --republish");
}

function refuseTooMuch(users: number, linesPerSecond: number): void {
  if (users > MOST_USERS) throw impossible(`it takes ${users} users, over ${MOST_USERS}`, "ask for less at a time");
  if (linesPerSecond <= users * MOST_LINES_PER_USER_SECOND) return;
  const few = `${users} user${users === 1 ? "" : "s"}`;
  const needed = Math.ceil(linesPerSecond / MOST_LINES_PER_USER_SECOND);
  throw impossible(`${few} cannot leave ${Math.ceil(linesPerSecond)} lines a second`, `give --users ${needed} or more`);
}

function impossible(what: string, hint: string): UsageError {
  return new UsageError(`generate traffic: ${what} (hint: ${hint})`);
}
