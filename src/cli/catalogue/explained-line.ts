import type { Line } from "../../core/line.ts";
import type { Dimensions } from "../../derive/dimensions.ts";
import type { Explanation } from "../../derive/explainer.ts";

/** All that is said about one line. */
export interface ExplainedLine {
  /** Among the lines of the input, from 1. */
  readonly number: number;
  readonly line: Line;
  /** Null where the line has no fields. */
  readonly dimensions: Dimensions | null;
  readonly explanation: Explanation;
}
