import { parseWalName, walPrefix } from "../../../archive/wal-name.ts";
import type { WalObject } from "../../../archive/wal-reader.ts";
import { dayName } from "../../../core/hour.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { HOUR_MS } from "../../../core/units.ts";

/** Write-ahead objects as they appear, each once. */
export interface RecentList {
  /** Rejects with `IoError`. */
  newObjects(nowMs: number): Promise<WalObject[]>;
}

/**
 * Lists the folders of days that somebody may still write to, and once the newest of each stream: how long nobody has
 * written is told by it. Of all others only the names of their folders are read.
 */
export function createRecentList(store: ObjectStore): RecentList {
  const seen = new Map<string, Set<string>>();
  return {
    async newObjects(nowMs) {
      const found: WalObject[] = [];
      const listed: string[] = [];
      const firstDay = dayName(nowMs - HOUR_MS);
      for await (const stream of store.listFolders(walPrefix(null))) {
        const days = await Array.fromAsync(store.listFolders(stream));
        for (const [index, folder] of days.entries()) {
          const isRecent = folder.slice(stream.length, -1) >= firstDay;
          const isNewest = index === days.length - 1;
          if (!isRecent && (!isNewest || seen.has(folder))) {
            // Nobody writes there any more, so that its names need not be known.
            if (!isNewest) seen.delete(folder);
            continue;
          }
          listed.push(folder);
          for await (const { name, sizeBytes, createdAtMs } of store.list(folder)) {
            const parsed = seen.get(folder)?.has(name) === true ? null : parseWalName(name);
            if (parsed !== null) found.push({ ...parsed, name, sizeBytes, createdAtMs });
          }
        }
      }
      // Not before: where the list broke off, nobody has heard of them.
      for (const folder of listed) seen.set(folder, seen.get(folder) ?? new Set());
      for (const { name, stream, ingestDay } of found) seen.get(`${walPrefix(stream)}${ingestDay}/`)?.add(name);
      return found;
    },
  };
}
