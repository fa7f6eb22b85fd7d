/** Prometheus' own engine, on series that a test gives it. */
import { join } from "node:path";
import { start } from "../cli/logtally.ts";
import { buildGoProgram } from "../servers/go-program.ts";

/** A label set for which an alert fired. */
export interface Firing {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The first and the last in which it fired. */
  readonly fromMinute: number;
  readonly untilMinute: number;
}

/** What came of a query over all minutes. */
export interface Answer {
  /** How many values are numbers. */
  readonly numbers: number;
  /** Of its series, all together. */
  readonly labels: readonly string[];
  /** What the engine thinks of the query beside its answer. */
  readonly warnings: readonly string[];
}

export interface Asked {
  readonly rules: string;
  readonly minutes: number;
  /** In the notation of Prometheus' own tests. */
  readonly series: readonly string[];
  readonly queries?: readonly string[];
}

export interface Evaluated {
  readonly firings: readonly Firing[];
  readonly answers: readonly Answer[];
}

export interface Prometheus {
  /** Rejects with what Prometheus says where it cannot read a rule, a query or a series. */
  evaluate(asked: Asked): Promise<Evaluated>;
}

export const RULES = join(import.meta.dirname, "../../deploy/prometheus/alerts.yaml");
export const START_SECONDS = Date.parse("2026-01-01T00:00:00Z") / 1000;

/** Null where there is no Go to build it with; on CI that is a failure. */
export async function prometheus(): Promise<Prometheus | null> {
  const program = await buildGoProgram("prometheus");
  if (program === null) return null;
  return {
    async evaluate({ queries = [], ...asked }) {
      const { child, ended } = start(program, []);
      child.stdin?.end(JSON.stringify({ ...asked, queries, startSeconds: START_SECONDS }));
      const { code, stdout, stderr } = await ended;
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as Evaluated;
    },
  };
}
