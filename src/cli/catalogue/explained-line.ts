import type { Line } from "../../core/line.ts";
import type { Dimensions } from "../../derive/dimensions.ts";
import type { Explanation } from "../../derive/explainer.ts";
import type { ExplainedDocument } from "./explained-document.ts";

/** All that is said about one line. */
export interface ExplainedLine {
  /** Among the lines of the input, from 1. */
  readonly number: number;
  readonly line: Line;
  /** Null where the line has no fields. */
  readonly dimensions: Dimensions | null;
  readonly explanation: Explanation;
  readonly document: ExplainedDocument;
  /** Whether the document is to be shown as a whole. */
  readonly showsDocument: boolean;
}
