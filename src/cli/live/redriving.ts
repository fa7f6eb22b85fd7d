import { createFindAgain } from "../../archive/found-again.ts";
import { isLineId } from "../../archive/locate-line.ts";
import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { QuarantineChanges } from "../../backends/elasticsearch/quarantine-changes.ts";
import {
  type QuarantinedLine,
  type QuarantineScope,
  quarantinedLines,
} from "../../backends/elasticsearch/quarantined-lines.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { DocumentIndex } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MIB } from "../../core/units.ts";
import type { DocumentBuilder } from "../../indexing/document/line-document.ts";
import type { IndexNames } from "../../indexing/index-name.ts";
import { createLineIndexer } from "../../indexing/line-indexer.ts";
import { quarantineSource, type RejectedLine } from "../../indexing/quarantine.ts";

/** Lines that are looked for together, and that are settled together at the most, with their bytes. */
const LOOK = 16;
const PORTION_LINES = 1000;
const PORTION_BYTES = 8 * MIB;

export interface Redriving {
  readonly cluster: Cluster;
  readonly index: DocumentIndex;
  /** Makes documents of the stream's lines. */
  readonly documents: DocumentBuilder;
  readonly changes: QuarantineChanges;
  readonly store: ObjectStore;
  readonly names: IndexNames;
  readonly scope: QuarantineScope;
  /** True for an index that is not to be made again: its lines stay in quarantine. */
  readonly isGone: (index: string) => boolean;
  /** So many more are done with. */
  readonly onLines: (lines: number) => void;
  /** Is told, in words, why lines stay in quarantine; the same again for each. */
  readonly onTrouble: (message: string) => void;
  /** Ends it between two portions. */
  readonly stop: AbortSignal;
  /** Ends requests that are under way. */
  readonly signal: AbortSignal;
}

/** What became of the lines in quarantine. */
export interface RedriveCounts {
  /** In their indices, and no more in quarantine. */
  redriven: number;
  /** Rejected again, by the cluster's word for it; in quarantine with the new reason. */
  readonly rejected: Record<string, number>;
  /** In quarantine, since the archive has no such line, or cannot read it. */
  notFound: number;
  /** In quarantine, since their index takes nothing as it is, or is gone. */
  refused: number;
  /** Documents in quarantine that are none of ours. */
  strange: number;
}

/** A document in quarantine with the lines that it may be of: all variants of its id, where its place is gone. */
interface FoundLine {
  readonly quarantined: QuarantinedLine;
  readonly lines: readonly ArchivedLine[];
}

/**
 * Puts lines in quarantine into their indices, as documents of today, and takes each out of quarantine only when it is
 * there. In bounded memory; whatever ends it, it may begin again. Adds to `counts` what is done. Rejects with `IoError`.
 */
export async function redriveLines(redriving: Redriving, counts: RedriveCounts): Promise<void> {
  const { cluster, store, scope, onLines, onTrouble, stop } = redriving;
  const findAgain = createFindAgain(store, scope.stream);
  const settle = createSettling(redriving, counts);
  let portion: FoundLine[] = [];
  let portionBytes = 0;
  const settlePortion = async (): Promise<void> => {
    const all = portion;
    portion = [];
    portionBytes = 0;
    await settle(all);
    onLines(all.length);
  };
  for await (const page of quarantinedLines(cluster, scope)) {
    for (let at = 0; at < page.length && !stop.aborted; at += LOOK) {
      const all = page.slice(at, at + LOOK);
      const some = all.filter(isOurs);
      counts.strange += all.length - some.length;
      const found = await findAgain(some.map(({ id, place }) => ({ id, ...place })));
      for (const [position, { lines, remarks }] of found.entries()) {
        const quarantined = some[position];
        if (quarantined === undefined) continue;
        for (const remark of remarks) onTrouble(remark);
        portion.push({ quarantined, lines });
        portionBytes += lines.reduce((sum, { buffer }) => sum + buffer.length, 0);
      }
      if (portion.length >= PORTION_LINES || portionBytes >= PORTION_BYTES) await settlePortion();
    }
    if (stop.aborted) break;
  }
  if (!stop.aborted) await settlePortion();
}

function isOurs(
  line: QuarantinedLine,
): line is QuarantinedLine & { readonly place: NonNullable<QuarantinedLine["place"]> } {
  return line.place !== null && isLineId(line.id);
}

/** Settles a portion of lines: first their documents, then the quarantine. */
function createSettling(
  { index, documents, changes, names, isGone, onTrouble, signal }: Redriving,
  counts: RedriveCounts,
): (portion: readonly FoundLine[]) => Promise<void> {
  const rejected = new Map<ArchivedLine, RejectedLine>();
  const refused = new Set<ArchivedLine>();
  const settleRejected = (lines: readonly RejectedLine[]): Promise<void> => {
    for (const each of lines) rejected.set(each.line, each);
    return Promise.resolve();
  };
  const indexer = createLineIndexer({ index, names, documents, settleRejected });
  const indexLines = async (lines: readonly ArchivedLine[]): Promise<void> => {
    try {
      await indexer.index(lines, signal);
    } catch (error) {
      // One index that takes nothing holds up no others.
      if (!(error instanceof IoError) || error.code === "unavailable") throw error;
      onTrouble(error.message);
      for (const line of lines) refused.add(line);
    }
  };
  return async (portion) => {
    rejected.clear();
    refused.clear();
    const byIndex = Map.groupBy(
      portion.flatMap(({ lines }) => lines),
      ({ meta }) => names.logs(meta),
    );
    for (const [name, lines] of byIndex) if (isGone(name)) for (const line of lines) refused.add(line);
    await Promise.all([...byIndex].filter(([name]) => !isGone(name)).map(([, lines]) => indexLines(lines)));
    const done: QuarantinedLine[] = [];
    const again: { readonly quarantined: QuarantinedLine; readonly rejection: RejectedLine }[] = [];
    for (const { quarantined, lines } of portion) {
      const rejection = lines.map((line) => rejected.get(line)).find((each) => each !== undefined);
      if (lines.length === 0) counts.notFound += 1;
      else if (lines.some((line) => refused.has(line))) counts.refused += 1;
      else if (rejection === undefined) done.push(quarantined);
      else again.push({ quarantined, rejection });
    }
    await changes.remove(done, signal);
    counts.redriven += done.length;
    await changes.replace(
      again.map(({ quarantined, rejection }) => ({ ...quarantined, source: quarantineSource(rejection, documents) })),
      signal,
    );
    for (const { rejection } of again) {
      const { type } = rejection.rejection;
      counts.rejected[type] = (counts.rejected[type] ?? 0) + 1;
    }
  };
}
