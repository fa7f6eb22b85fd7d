import type { IndexSettings } from "../../../config/pipeline.ts";
import { lineId } from "../../../core/identity.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { DAY_MS } from "../../../core/units.ts";
import { type DocumentCounts, type IndexLedger, readIndexFigures } from "../../../counts/ledger/index-figures.ts";
import { linesWithoutDocument } from "../../../counts/ledger/index-lines.ts";
import type { StreamLedger } from "../../../counts/ledger/ledger.ts";
import { indexPatterns } from "../../../indexing/index-name.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { pause } from "../../process/pause.ts";
import { openClusterOf } from "./cluster.ts";

/**
 * What the index has of each hour. `onRequest` is called before each question to it, and may throw. Rejects with `UsageError`
 * for a missing secret, with `IoError`, and with what `onRequest` throws.
 */
export async function readIndexLedger(
  settings: IndexSettings,
  store: ObjectStore,
  stream: string,
  { hours, plans, tail }: StreamLedger,
  onRequest: () => void,
): Promise<IndexLedger> {
  const { countByIdPrefix, idsWithDocument } = await import("../../../backends/elasticsearch/document-counts.ts");
  const cluster = await openClusterOf(settings);
  const patterns = indexPatterns(settings.prefix);
  const countDocuments = async (asked: readonly number[]): Promise<ReadonlyMap<number, DocumentCounts>> => {
    onRequest();
    // An id begins with its filing hour.
    const prefixes = asked.map((hour) => lineId(hour, ""));
    const all = await countByIdPrefix(cluster, { stream, prefixes, indices: patterns.all });
    const outside = await countByIdPrefix(cluster, { stream, prefixes, indices: patterns.outside });
    return new Map(
      asked.map((hour, at) => [hour, { indexed: (all[at] ?? 0) - (outside[at] ?? 0), outside: outside[at] ?? 0 }]),
    );
  };
  // Whole days: an index is deleted as one.
  const keptSinceMs = Math.floor((SYSTEM_CLOCK.nowMs() - settings.keepMs) / DAY_MS) * DAY_MS;
  try {
    const indexedIds = (ids: readonly string[]) => {
      onRequest();
      return idsWithDocument(cluster, stream, ids, patterns.all);
    };
    const missingLines = (hour: number) => linesWithoutDocument({ store, plans, tail, indexedIds }, hour);
    // What was just indexed is found after a refresh.
    const sleep = (ms: number) => pause(Math.max(ms, settings.refreshIntervalMs));
    const options = { store, stream, countDocuments, keptSinceMs, sleep, missingLines };
    return await readIndexFigures(options, hours);
  } finally {
    await cluster.close();
  }
}
