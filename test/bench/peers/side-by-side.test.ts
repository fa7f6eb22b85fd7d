import { describe, expect, it } from "vitest";
import type { Entrant, Trial } from "../../../bench/peers/entrant.ts";
import { sideBySide } from "../../../bench/peers/side-by-side.ts";
import { absentStanding, standingColumns, standingsOf } from "../../../bench/peers/standing.ts";
import { formatTable } from "../../../src/cli/terminal/table.ts";

function trial(cpuSeconds: number): Trial {
  return { usage: { cpuSeconds, wallSeconds: cpuSeconds, peakBytes: 50e6 }, way: "gzip -1", storedBytes: 9e6 };
}

/** Takes as many CPU seconds as the list says, run after run; fails where it says none. */
function entrant(name: string, seconds: readonly (number | null)[], log: string[] = []): Entrant {
  let runs = 0;
  const run = (): Promise<Trial> => {
    log.push(name);
    const took = seconds[runs] ?? null;
    runs += 1;
    return took === null ? Promise.reject(new Error(`${name} broke\nand said why`)) : Promise.resolve(trial(took));
  };
  return { name, version: "1.0", run };
}

describe("side by side", () => {
  it("runs all in turn, every second round backwards", async () => {
    const log: string[] = [];
    await sideBySide([entrant("a", [1, 1, 1], log), entrant("b", [1, 1, 1], log)], 2);
    expect(log.join("")).toBe("abbaab");
  });

  it("goes on without the one that failed", async () => {
    const log: string[] = [];
    const rounds = await sideBySide([entrant("a", [1, 1, 1], log), entrant("b", [1, null, 1], log)], 2);
    expect(log.join("")).toBe("abbaa");
    expect(rounds.map((round) => typeof round.get("b"))).toEqual(["object", "string", "undefined"]);
  });
});

describe("the standings", () => {
  const entrants = [
    { name: "job", version: "0.1.0" },
    { name: "peer", version: "1.0" },
  ];

  it("are medians over all rounds but the first", () => {
    const rounds = [
      [50, 70],
      [1, 4],
      [2, 4],
      [3, 4],
    ].map(
      ([job = 0, peer = 0]) =>
        new Map([
          ["job", trial(job)],
          ["peer", trial(peer)],
        ]),
    );
    expect(standingsOf(entrants, rounds, 100, "job").map(({ pace }) => pace?.linesPerCpuSecond)).toEqual([50, 25]);
  });

  it("give no figures of one that failed in any round, but why, and name those that are not here", () => {
    const rounds = [
      new Map<string, Trial | string>([
        ["job", trial(1)],
        ["peer", trial(4)],
      ]),
      new Map<string, Trial | string>([
        ["job", trial(1)],
        ["peer", trial(4)],
      ]),
      new Map<string, Trial | string>([
        ["job", trial(1)],
        ["peer", "3 of 4 lines\nand more"],
      ]),
    ];
    const standings = [...standingsOf(entrants, rounds, 100, "job"), absentStanding("other", "not found")];
    expect(formatTable(standingColumns("job"), standings)).toBe(
      `       version  how                   lines per CPU second  job to it  CPU time  wall time  peak memory  stored
job    0.1.0    gzip -1                                100       1.00    1.00 s     1.00 s        50 MB    9 MB
peer   1.0      failed: 3 of 4 lines
other           not found
`,
    );
  });
});
