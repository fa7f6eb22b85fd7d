import type { ArchivedLine } from "../../core/archived-line.ts";
import type { DocumentIndex, IndexDocument } from "../../core/document-index.ts";
import type { DocumentBuilder } from "../../indexing/document/line-document.ts";
import type { IndexNames } from "../../indexing/index-name.ts";
import { createLineIndexer } from "../../indexing/line-indexer.ts";
import { createQuarantine, type RejectedLine } from "../../indexing/quarantine.ts";
import type { CountingSink } from "../archive/replay/line-sinks.ts";

/** What became of the lines of a rebuild. */
export interface RebuildCounts {
  /** Lines whose documents are in their indices, as they are made today. */
  rebuilt: number;
  /** Lines in quarantine, by the cluster's word for why. */
  readonly rejected: Record<string, number>;
  /** Rejected lines whose earlier document stays in its index. */
  kept: number;
  /** Lines that were left out, as their index is gone and its day is over. */
  leftOut: number;
  /** Names of such indices, the first of them. */
  readonly gone: Set<string>;
}

const MOST_NAMED = 100;

export interface RebuildSinkOptions {
  /** In which what was there before the rebuild is overwritten. */
  readonly index: DocumentIndex;
  readonly names: IndexNames;
  /** Makes documents of the stream's lines. */
  readonly documents: DocumentBuilder;
  /** True for an index that is not to be made again. */
  readonly isGone: (index: string) => boolean;
  /** Which of these documents are there. Rejects with `IoError`. */
  readonly areThere: (places: readonly Pick<IndexDocument, "index" | "id">[]) => Promise<readonly boolean[]>;
  readonly counts: RebuildCounts;
  readonly signal: AbortSignal;
}

/**
 * Brings lines back into the indices that they belong to: over the documents that are there. A line that is rejected goes
 * to the quarantine, unless its index has an earlier document of it: each line is in one of the two.
 */
export function createRebuildSink(options: RebuildSinkOptions): CountingSink {
  const { index, names, documents, isGone, areThere, counts, signal } = options;
  const quarantine = createQuarantine(options);
  let taken = { lines: 0, rejected: 0 };

  async function settleRejected(rejected: readonly RejectedLine[]): Promise<void> {
    const there = await areThere(rejected.map(({ line, index: of }) => ({ index: of, id: line.meta.id })));
    const homeless = rejected.filter((_, position) => there[position] !== true);
    counts.kept += rejected.length - homeless.length;
    await quarantine(homeless, signal);
    for (const { rejection } of homeless) counts.rejected[rejection.type] = (counts.rejected[rejection.type] ?? 0) + 1;
  }
  const indexer = createLineIndexer({ index, names, documents, settleRejected });

  /** The first of each document, where its index may be made. */
  function wanted(lines: readonly ArchivedLine[]): ArchivedLine[] {
    const seen = new Set<string>();
    return lines.filter(({ meta }) => {
      const name = names.logs(meta);
      if (isGone(name)) {
        counts.leftOut += 1;
        if (counts.gone.size < MOST_NAMED) counts.gone.add(name);
        return false;
      }
      const place = `${name}/${meta.id}`;
      if (seen.has(place)) return false;
      seen.add(place);
      return true;
    });
  }

  return {
    async take(lines) {
      const { indexed, rejected } = await indexer.index(wanted(lines), signal);
      counts.rebuilt += indexed - rejected;
      taken = { lines: taken.lines + indexed, rejected: taken.rejected + rejected };
    },
    endStretch: () => Promise.resolve(),
    takeCounts() {
      const all = taken;
      taken = { lines: 0, rejected: 0 };
      return all;
    },
  };
}
