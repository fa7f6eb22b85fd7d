import type { DocumentIndex, IndexDocument, Rejection } from "../../src/core/document-index.ts";

export interface ScriptedIndex extends DocumentIndex {
  /** What it was given, call by call. */
  readonly calls: readonly (readonly IndexDocument[])[];
  /** Document by `index/id`; as in the real one the first of each stays. */
  readonly stored: ReadonlyMap<string, string>;
}

/** An index that rejects what `judge` gives a rejection for. */
export function scriptedIndex(judge: (document: IndexDocument) => Rejection | null = () => null): ScriptedIndex {
  const calls: (readonly IndexDocument[])[] = [];
  const stored = new Map<string, string>();
  return {
    calls,
    stored,
    async create(documents, signal) {
      signal.throwIfAborted();
      calls.push(documents);
      return documents.map((document) => {
        const rejection = judge(document);
        const place = `${document.index}/${document.id}`;
        if (rejection !== null) return rejection;
        if (stored.has(place)) return "there";
        stored.set(place, document.source.toString());
        return "stored";
      });
    },
  };
}
