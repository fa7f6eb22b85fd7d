import type { ArchivedLine } from "../core/archived-line.ts";
import type { CreateOutcome, DocumentIndex, IndexDocument, Rejection } from "../core/document-index.ts";
import { IoError } from "../core/fault.ts";
import type { DocumentBuilder } from "./document/line-document.ts";
import { quarantineDocumentOf } from "./document/quarantine-document.ts";
import type { IndexNames } from "./index-name.ts";

/** A line that an index rejects. */
export interface RejectedLine {
  readonly line: ArchivedLine;
  /** The index that it belongs to. */
  readonly index: string;
  readonly rejection: Rejection;
}

/** Settles lines that their indices reject. Resolves once that is durable. Rejects with `IoError`. */
export type SettleRejected = (rejected: readonly RejectedLine[], signal: AbortSignal) => Promise<void>;

export interface QuarantineOptions {
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  readonly documents: DocumentBuilder;
}

/** Creates a document for each in the quarantine. */
export function createQuarantine({ index, names, documents: builder }: QuarantineOptions): SettleRejected {
  return async (rejected, signal) => {
    const documents = rejected.map(
      (each): IndexDocument => ({
        index: names.quarantine(each.line.meta),
        id: each.line.meta.id,
        source: quarantineSource(each, builder),
      }),
    );
    const outcomes = await index.create(documents, signal);
    for (const [at, outcome] of outcomes.entries()) {
      if (!isRejection(outcome)) continue;
      const why = `${outcome.type}: ${outcome.reason}`;
      const where = `quarantine in "${documents[at]?.index ?? ""}"`;
      throw new IoError("denied", `${where}: ${why} (hint: logtally setup makes its template)`);
    }
  };
}

/** What stands in the quarantine for it. */
export function quarantineSource({ line, index, rejection }: RejectedLine, builder: DocumentBuilder): Buffer {
  const mask = (text: string): string => builder.mask(text);
  return quarantineDocumentOf(line, builder.stream, { index, rejection, shown: builder.textOf(line), mask });
}

export function isRejection(outcome: CreateOutcome | undefined): outcome is Rejection {
  return typeof outcome === "object";
}
