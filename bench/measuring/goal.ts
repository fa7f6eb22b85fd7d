import { formatCount } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";

type Unit = "ratio" | "bytes" | "bytes/s" | "lines/s" | "µs" | "ms" | "s" | "count";

/** A figure that must keep within a bound. */
export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly bound: "at least" | "at most" | "below";
  readonly limit: number;
}

/** False also where the figure is not known. */
export function isMet({ value, bound, limit }: Goal): boolean {
  if (bound === "at most") return value <= limit;
  return bound === "at least" ? value >= limit : value < limit;
}

/** In units of 1000, as memory is bought. */
export function formatMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export const GOAL_COLUMNS: readonly Column<Goal>[] = [
  { head: "goal", align: "left", cell: ({ name }) => name },
  { head: "", align: "left", cell: ({ bound, limit, unit }) => `${bound} ${formatted(limit, unit)}` },
  { head: "measured", align: "right", cell: ({ value, unit }) => formatted(value, unit) },
  { head: "", align: "left", cell: (goal) => (isMet(goal) ? "ok" : "not ok") },
];

function formatted(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "unknown";
  if (unit === "bytes") return formatMegabytes(value);
  if (unit === "bytes/s") return `${formatMegabytes(value)}/s`;
  if (unit === "count") return formatCount(value);
  if (unit === "s") return `${value.toFixed(2)} s`;
  if (unit === "ms") return `${Math.round(value)} ms`;
  if (unit === "µs") return `${value.toFixed(1)} µs`;
  return unit === "ratio" ? value.toFixed(3) : `${formatCount(value)} lines/s`;
}
