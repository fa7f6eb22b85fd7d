import type { PlanObserver } from "../../archive/seal/plan-observer.ts";
import { putView } from "../../archive/view-store.ts";
import { IoError } from "../../core/fault.ts";
import type { FactReader } from "../fact-reader.ts";
import type { FactsBasis } from "./facts-basis.ts";
import { receiptName } from "./facts-name.ts";
import { type FactsWriter, type FactsWriterOptions, openFactsWriter } from "./facts-writer.ts";
import { receiptBytes, receiptOf } from "./receipt.ts";

export interface FactsObserverOptions extends Omit<FactsWriterOptions, "catalogue"> {
  readonly reader: FactReader;
  readonly basis: FactsBasis;
  /** Version of the program. */
  readonly program: string;
  /** Told in one line where facts cannot be kept; counts then derive them again. */
  readonly tell: (sentence: string) => void;
}

/** Keeps the facts of a plan while it is run. Facts are a view: where they cannot be kept, the plan goes on. */
export async function createFactsObserver(options: FactsObserverOptions): Promise<PlanObserver> {
  const { reader, basis, span, plan, program, views, tell } = options;
  let writer: FactsWriter | null = null;
  let isKept = true;

  function giveUp(error: unknown): void {
    if (!(error instanceof IoError)) throw error;
    isKept = false;
    tell(`facts of plan ${plan} of ${span.stream}/${span.day} are not kept: ${error.message}`);
  }

  async function keeping(work: () => Promise<unknown>): Promise<void> {
    if (!isKept) return;
    try {
      await work();
    } catch (error) {
      giveUp(error);
    }
  }

  await keeping(async () => {
    writer = await openFactsWriter({ ...options, catalogue: basis.catalogue });
  });
  return {
    eventsOf: (line) => reader.eventsOf(line).map(({ event }) => event),
    keep(line, hash) {
      if (!isKept) return;
      const facts = reader.factsOf(line, hash);
      try {
        for (const fact of facts) writer?.append(fact);
      } catch (error) {
        giveUp(error);
      }
    },
    endSegment: (number) => keeping(async () => writer?.endSegment(number)),
    async end(sealed) {
      // One that added nothing has no facts.
      if (sealed.isRecord || writer === null) return;
      const name = receiptName(basis.catalogue, span, plan);
      const receipt = receiptOf(sealed, basis, program, writer.files);
      await keeping(() => putView(views, name, receiptBytes(receipt)));
    },
    close: () => writer?.close(),
  };
}
