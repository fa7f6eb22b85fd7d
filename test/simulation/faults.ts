import { MINUTE_MS } from "../../src/core/units.ts";

/** How often what goes wrong, from 0 (never) to 1; each asked where it can happen. */
export interface Faults {
  /** At each step of a machine: before a request is sent, when it takes effect, when its answer is there. */
  readonly crash: number;
  /** The machine stands still there, up to a quarter of an hour. */
  readonly pause: number;
  /** Its wall clock jumps, up to 90 minutes either way. */
  readonly clockJump: number;
  /** A request does not arrive. */
  readonly lost: number;
  /** It takes effect, and its answer does not come. */
  readonly replyLost: number;
  /** It is underway for minutes, and takes effect when its sender has long given up. */
  readonly late: number;
  /** The service refuses it for the moment. */
  readonly refused: number;
  /** Bytes of an upload are damaged on the way. */
  readonly torn: number;
  /** A list is as old as a minute. */
  readonly staleList: number;
  /** Part of a bulk request is put off. */
  readonly partialBulk: number;
  /** An acked message comes again. */
  readonly redelivered: number;
  /** A lease ends early. */
  readonly leaseLost: number;
  /** A pull waits in vain, though there are messages. */
  readonly silent: number;
  /** An answer takes seconds, not milliseconds. */
  readonly slow: number;
}

export const LONGEST_PAUSE_MS = 15 * MINUTE_MS;
export const LONGEST_JUMP_MS = 90 * MINUTE_MS;

export const NO_FAULTS: Faults = {
  crash: 0,
  pause: 0,
  clockJump: 0,
  lost: 0,
  replyLost: 0,
  late: 0,
  refused: 0,
  torn: 0,
  staleList: 0,
  partialBulk: 0,
  redelivered: 0,
  leaseLost: 0,
  silent: 0,
  slow: 0,
};

/** The most of each: more, and nothing but that fault is ever seen. */
const MOST: Faults = {
  crash: 0.03,
  pause: 0.01,
  clockJump: 0.01,
  lost: 0.1,
  replyLost: 0.15,
  late: 0.02,
  refused: 0.2,
  torn: 0.1,
  staleList: 0.3,
  partialBulk: 0.5,
  redelivered: 0.3,
  leaseLost: 0.2,
  silent: 0.5,
  slow: 0.5,
};

/**
 * Half of the kinds, each more or less often: where everything goes wrong at once, most of what could go wrong in a
 * certain order never comes that far.
 */
export function drawFaults(random: () => number): Faults {
  const drawn = Object.entries(MOST).map(([kind, most]: [string, number]) => {
    const isOn = random() < 0.5;
    return [kind, isOn ? most * random() ** 2 : 0] as const;
  });
  return Object.fromEntries(drawn) as unknown as Faults;
}
