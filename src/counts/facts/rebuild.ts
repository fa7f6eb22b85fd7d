import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { type PutOutcome, putView } from "../../archive/view-store.ts";
import type { FactReader } from "../fact-reader.ts";
import type { FactsBasis } from "./facts-basis.ts";
import { receiptName } from "./facts-name.ts";
import { type FactsWriterOptions, openFactsWriter } from "./facts-writer.ts";
import { receiptBytes, receiptOf } from "./receipt.ts";
import { eachSealedLine } from "./sealed-lines.ts";

export interface RebuildOptions extends Omit<FactsWriterOptions, "catalogue" | "span" | "plan"> {
  readonly reader: FactReader;
  readonly basis: FactsBasis;
  /** Version of the program. */
  readonly program: string;
  /** Is told the stored bytes that are done with. */
  readonly onBytes: (bytes: number) => void;
}

/** What became of the facts of a plan. */
export interface Rebuilt {
  readonly rows: number;
  /** Files by what was there before, the receipt among them. */
  readonly files: Readonly<Record<PutOutcome, number>>;
}

/** Derives the facts of a plan again, from the vault alone, and puts them there. Rejects with `IoError`. */
export async function rebuildFacts(sealed: SealedPlan, options: RebuildOptions): Promise<Rebuilt> {
  const { views, reader, basis, program, onBytes } = options;
  const { span, manifest } = sealed;
  const writer = await openFactsWriter({ ...options, catalogue: basis.catalogue, span, plan: manifest.plan });
  const files = { created: 0, same: 0, replaced: 0 };
  try {
    await eachSealedLine(views.store, sealed, {
      line(line, hash) {
        for (const fact of reader.factsOf(line, hash)) writer.append(fact);
      },
      async endSegment(number) {
        const outcome = await writer.endSegment(number);
        if (outcome !== null) files[outcome] += 1;
      },
      bytes: onBytes,
    });
    const receipt = receiptBytes(receiptOf(sealed, basis, program, writer.files));
    files[await putView(views, receiptName(basis.catalogue, span, manifest.plan), receipt)] += 1;
    return { rows: writer.files.reduce((sum, { rows }) => sum + rows, 0), files };
  } finally {
    writer.close();
  }
}
