import type { Column } from "../../src/cli/terminal/table.ts";
import { formatMegabytes } from "../measuring/goal.ts";
import { type Pace, paceColumns, pacesOf } from "../measuring/pace.ts";
import type { Entrant, Trial } from "./entrant.ts";
import type { TrialRound } from "./side-by-side.ts";

/** A line of the table: of one that has done the job, has failed, or is not here. */
export interface Standing {
  readonly name: string;
  readonly version: string;
  /** How it does the job; of one without figures, why. */
  readonly way: string;
  readonly storedBytes: number | null;
  /** Null where it has not done the job. */
  readonly pace: Pace | null;
}

/** The job of those that have done it in every round; the first round has warmed up. `job` as in `pacesOf`. */
export function standingsOf(
  entrants: readonly Pick<Entrant, "name" | "version">[],
  rounds: readonly TrialRound[],
  lines: number,
  job: string,
): Standing[] {
  const failures = new Map(rounds.flatMap((round) => [...round].filter(isFailure)));
  const trials = rounds.slice(1).map((round) => [...round].filter(isTrial).filter(([name]) => !failures.has(name)));
  const usages = trials.map((round) => new Map(round.map(([name, { usage }]) => [name, usage])));
  const paces = new Map(pacesOf(usages, lines, job).map((pace) => [pace.name, pace]));
  const last = new Map(trials.at(-1));
  return entrants.map(({ name, version }) => {
    const trial = last.get(name);
    const way = trial?.way ?? `failed: ${failures.get(name)?.split("\n")[0]}`;
    return { name, version, way, storedBytes: trial?.storedBytes ?? null, pace: paces.get(name) ?? null };
  });
}

export function absentStanding(name: string, absent: string): Standing {
  return { name, version: "", way: absent, storedBytes: null, pace: null };
}

/** `job` as in `paceColumns`. */
export function standingColumns(job: string): Column<Standing>[] {
  const [, ...figures] = paceColumns(job);
  return [
    { head: "", align: "left", cell: ({ name }) => name },
    { head: "version", align: "left", cell: ({ version }) => version },
    { head: "how", align: "left", cell: ({ way }) => way },
    ...figures.map((column): Column<Standing> => {
      return { ...column, cell: ({ pace }) => (pace === null ? "" : column.cell(pace)) };
    }),
    {
      head: "stored",
      align: "right",
      cell: ({ storedBytes }) => (storedBytes === null ? "" : formatMegabytes(storedBytes)),
    },
  ];
}

const isFailure = (entry: [string, Trial | string]): entry is [string, string] => typeof entry[1] === "string";
const isTrial = (entry: [string, Trial | string]): entry is [string, Trial] => typeof entry[1] !== "string";
