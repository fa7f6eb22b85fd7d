import { MIB } from "../core/units.ts";
import type { Chance } from "./chance.ts";
import { railsTime } from "./log-time.ts";
import type { Piece } from "./row.ts";

const DEEP = 200;

/** What a bad day brings among the lines, and what a reader must make of it. */
const POISONS: readonly {
  readonly reason: Piece["reason"];
  readonly make: (chance: Chance, timeMs: number) => string | Buffer;
}[] = [
  {
    reason: "not_json",
    make: (chance) => `I, [2020-12-22T08:00:00.000000 #${chance.below(9)}]  INFO -- : ${chance.digits(9)}`,
  },
  {
    reason: "not_json",
    make: (chance, timeMs) => `{"time":"${railsTime(timeMs)}","route":"/api/:version/pro${chance.digits(5)}`,
  },
  {
    reason: "not_json",
    make: (chance, timeMs) => `{"time":"${railsTime(timeMs)}","duration_s":NaN,"id":"${chance.digits(9)}"}`,
  },
  { reason: "not_json", make: (chance, timeMs) => `\ufeff{"time":"${railsTime(timeMs)}","id":"${chance.digits(9)}"}` },
  { reason: "not_json", make: (chance, timeMs) => `{"time":"${railsTime(timeMs)}","id":"${chance.digits(9)}",}` },
  { reason: "not_object", make: (chance) => `["${chance.digits(9)}"]` },
  { reason: "not_object", make: (chance) => String(chance.below(1e9)) },
  { reason: "too_deep", make: (chance) => `{"id":"${chance.digits(9)}","a":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}` },
  {
    reason: "not_utf8",
    make: (chance, timeMs) => {
      const line = `{"time":"${railsTime(timeMs)}","id":"${chance.digits(9)}","path":"/caf?"}`;
      const bytes = Buffer.from(line, "latin1");
      bytes[line.indexOf("?")] = 0xe9;
      return bytes;
    },
  },
  {
    reason: null,
    make: (chance, timeMs) =>
      `{"__proto__":{"polluted":true},"time":"${railsTime(timeMs)}","correlation_id":"${chance.digits(11)}"}`,
  },
];

/** What only a file can make of a record without time: a message has the time when it was published. */
const TIMELESS: typeof POISONS = [
  { reason: "no_time", make: (chance) => `{"tag":"rails.api","message":"${chance.digits(9)}"}` },
];

/** A line beyond the limit of most readers. Once in a long while: it takes as much as thousands of others. */
const LARGE_SHARE = 0.002;
const LARGE_BYTES = 4 * MIB + 1;

/** A record gone bad; one that is known by its own time only where that is all it has, and large ones where they may be. */
export function poisoned(
  chance: Chance,
  timeMs: number,
  { isPublished, mayBeLarge }: { readonly isPublished: boolean; readonly mayBeLarge: boolean },
): Piece {
  if (mayBeLarge && chance.share(LARGE_SHARE)) {
    return { bytes: `{"id":"${chance.digits(9)}","x":"${"x".repeat(LARGE_BYTES)}"}`, timeMs, reason: "too_large" };
  }
  const { reason, make } = chance.pick(isPublished ? POISONS : [...POISONS, ...TIMELESS]);
  return { bytes: make(chance, timeMs), timeMs, reason };
}
