import type { ArchivedLine } from "../../core/archived-line.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import type { WrittenSegment } from "./vault-output.ts";

/** Looks on while a plan is run, and says what its lines count: deriving is not the archive's business. */
export interface PlanObserver {
  /** The names of the events that a line counts. Called for conflicts once more. */
  eventsOf(line: ArchivedLine): readonly string[];
  /** A line is kept, in this order; it lies in the segment that ends next. */
  keep(line: ArchivedLine, hash: string): void;
  /** All lines of the segment were kept, and it is stored. Rejects with `IoError`. */
  endSegment(number: number, segment: WrittenSegment): Promise<void>;
  /** The plan is complete by the manifest that this run wrote. Rejects with `IoError`. */
  end(sealed: SealedPlan): Promise<void>;
  /** Nothing more comes. After `end`, and also where the plan came to nothing. */
  close(): void;
}
