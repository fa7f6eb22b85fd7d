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

/** A record gone bad. */
export function poisoned(chance: Chance, timeMs: number): Piece {
  const { reason, make } = chance.pick(POISONS);
  return { bytes: make(chance, timeMs), timeMs, reason };
}
