import { planTraffic, type Wish } from "../../src/generate/plan.ts";
import { traffic } from "../../src/generate/traffic.ts";
import { type Cell, createTruth } from "../../src/generate/truth.ts";
import { type TruthReport, truthReport } from "../../src/generate/truth-report.ts";

/** Traffic, and the truth about it. */
export interface Simulated {
  /** Rows of output without their LFs. */
  readonly rows: readonly Buffer[];
  readonly truth: TruthReport;
  /** What it is made of. */
  readonly cells: readonly Cell[];
}

/** A Tuesday morning. */
const START_MS = Date.UTC(2020, 11, 22, 8);

export const NO_WISH: Wish = {
  seed: 1,
  fromMs: START_MS,
  users: null,
  lines: null,
  seconds: null,
  rate: null,
  form: "fluentd",
  batch: null,
  redelivered: 0,
  republished: 0,
  poisoned: 0,
};

/** Several traffics in one archive, and the truth about all of them as of a day, exclusive: milliseconds since 1970. */
export function simulatedAsOf(
  asOfMs: number,
  wishes: readonly Partial<Wish>[],
): Pick<Simulated, "truth"> & {
  /** Rows of each. */
  readonly rows: readonly (readonly Buffer[])[];
} {
  const truth = createTruth(0);
  const rows = wishes.map((wish) =>
    [...traffic(planTraffic({ ...NO_WISH, ...wish }), truth, null)].map(({ bytes }) => Buffer.from(bytes)),
  );
  return { rows, truth: truthReport({ ...truth, totals: { ...truth.totals, newestMs: asOfMs - 1 } }) };
}

export function simulated(wish: Partial<Wish>): Simulated {
  const plan = planTraffic({ ...NO_WISH, ...wish });
  const truth = createTruth(plan.fromMs);
  const sent = [...traffic(plan, truth, null)];
  return { rows: sent.map(({ bytes }) => Buffer.from(bytes)), truth: truthReport(truth), cells: [...truth.cells] };
}
