import type { ObjectStore } from "../../core/object-store.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import { openWalObject, type WalObject } from "../wal-reader.ts";

/** Lines of an object by filing hour. */
export type RowsByHour = ReadonlyMap<number, number>;

/** By the block table alone where the object is of one hour, else by the ids. Rejects with `IoError`. */
export async function countWalRows(store: ObjectStore, object: Omit<WalObject, "createdAtMs">): Promise<RowsByHour> {
  const segment = await openWalObject(store, object);
  if (object.firstHour === object.lastHour) return new Map([[object.firstHour, segment.table.rows]]);
  const rows = new Map<number, number>();
  for (const block of segment.blocks) {
    const words = await segment.readIds(block);
    for (let at = 0; at < words.length; at += ID_WORDS) {
      const hour = (words[at] ?? 0) >>> 0;
      rows.set(hour, (rows.get(hour) ?? 0) + 1);
    }
  }
  return rows;
}
