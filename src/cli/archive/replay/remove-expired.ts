import type { IndexSettings } from "../../../config/pipeline.ts";
import { replayPattern } from "../../../indexing/index-name.ts";
import { openClusterOf } from "../../open/cluster/cluster.ts";

/**
 * Removes the indices of replays whose time is over, and nothing else: what they say of it stands in each of them. Gives
 * their names. Rejects with `UsageError` for a missing secret, with `IoError`.
 */
export async function removeExpired(settings: IndexSettings, nowMs: number, isDry: boolean): Promise<string[]> {
  const { listMarkedIndices, removeIndex } = await import("../../../backends/elasticsearch/marked-indices.ts");
  const cluster = await openClusterOf(settings);
  try {
    const removed: string[] = [];
    for (const { name, replay, expiresAt } of await listMarkedIndices(cluster, replayPattern(settings.prefix, null))) {
      if (replay === null || expiresAt === null || !(Date.parse(expiresAt) <= nowMs)) continue;
      if (!isDry) await removeIndex(cluster, name);
      removed.push(name);
    }
    return removed;
  } finally {
    await cluster.close();
  }
}
