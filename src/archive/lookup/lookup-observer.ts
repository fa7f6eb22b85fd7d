import type { ArchivedLine } from "../../core/archived-line.ts";
import { IoError } from "../../core/fault.ts";
import type { PlanObserver } from "../seal/plan-observer.ts";
import { putView, type ViewStore } from "../view-store.ts";
import { createLookupBuilder } from "./lookup-builder.ts";
import { lookupName } from "./lookup-name.ts";

/** The `correlation_id` of a line, or null. A line that was just asked for its events is not read again. */
export type RequestOf = (line: ArchivedLine) => string | null;

export interface LookupObserverOptions {
  readonly views: ViewStore;
  readonly requestOf: RequestOf;
  /** Told in one line where a look-up cannot be kept; searches then read the whole segment. */
  readonly tell: (sentence: string) => void;
}

/** Keeps the look-ups of a plan while it is run, beside what `observer` does. They are a view: the plan goes on without. */
export function withLookups(observer: PlanObserver, { views, requestOf, tell }: LookupObserverOptions): PlanObserver {
  const builder = createLookupBuilder();
  return {
    ...observer,
    keep(line, hash) {
      observer.keep(line, hash);
      builder.add(line.meta.id, requestOf(line));
    },
    async endSegment(number, segment) {
      await observer.endSegment(number, segment);
      const { output, blockRows } = segment;
      const name = lookupName(output.lines.name);
      try {
        await putView(views, name, builder.finish(output, blockRows));
      } catch (error) {
        if (!(error instanceof IoError)) throw error;
        tell(`look-up "${name}" is not kept, and searches take longer: ${error.message}`);
      }
    },
  };
}
