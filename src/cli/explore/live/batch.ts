import { eachLine, openWalObject, type WalObject } from "../../../archive/wal-reader.ts";
import type { Meta } from "../../../core/archived-line.ts";
import type { QuarantineReason } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { ReadEvents } from "../../open/counts/event-reader.ts";

/** What a worker has written at once, or a further part of it. */
export interface Batch {
  readonly object: Pick<WalObject, "stream" | "writer" | "createdAtMs">;
  /** All three are 0 in a further part. */
  readonly objects: number;
  readonly lines: number;
  readonly rawBytes: number;
  /** So many of them were looked at; the rest here is of those alone. */
  readonly lookedLines: number;
  readonly events: ReadonlyMap<string, number>;
  readonly quarantined: readonly Quarantined[];
  /** How long after their own time they were written, of those that have one; ascending. */
  readonly lagsMs: Float64Array;
  /** What of it was not looked at; null where that is nothing. */
  readonly rest: Unread | null;
}

/** A line that is no record, and why. */
export type Quarantined = Pick<Meta, "id" | "log"> & { readonly reason: QuarantineReason };

/** What of an object is still to be looked at. */
export interface Unread {
  readonly object: WalObject;
  /** The first block of it; null where not even its block table was read. */
  readonly fromBlock: number | null;
}

/**
 * Reads what the block table says, and the lines of one block after the other until so many were looked at. Rejects with
 * `IoError`.
 */
export async function readBatch(
  store: ObjectStore,
  { object, fromBlock }: Unread,
  eventsOf: ReadEvents,
  enoughLines: number,
): Promise<Batch> {
  const segment = await openWalObject(store, object);
  const { table, blocks } = segment;
  const events = new Map<string, number>();
  const quarantined: Quarantined[] = [];
  const lagsMs: number[] = [];
  let lookedLines = 0;
  let at = fromBlock ?? 0;
  for (const block of blocks.slice(at)) {
    if (lookedLines >= enoughLines) break;
    await eachLine(object, segment, block, (line) => {
      const { meta } = line;
      const { id, log, reason } = meta;
      if (reason !== null) quarantined.push({ id, log, reason });
      if (meta.timeMs !== null) lagsMs.push(object.createdAtMs - meta.timeMs);
      for (const event of eventsOf(line)) events.set(event, (events.get(event) ?? 0) + 1);
    });
    lookedLines += block.lines.rows;
    at += 1;
  }
  const isFirst = fromBlock === null;
  return {
    object,
    objects: isFirst ? 1 : 0,
    lines: isFirst ? table.rows : 0,
    rawBytes: isFirst ? table.rawBytes : 0,
    lookedLines,
    events,
    quarantined,
    lagsMs: Float64Array.from(lagsMs).sort(),
    rest: at < blocks.length ? { object, fromBlock: at } : null,
  };
}
