import type { Clock } from "../core/clock.ts";
import { IoError } from "../core/fault.ts";
import { dayName } from "../core/hour.ts";
import { ifThere } from "../core/if-there.ts";
import type { CommittedObject, LineLog } from "../core/line-log.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { createSegmentWriter, type Segment } from "../segment/segment-writer.ts";
import { walObjectName } from "./wal-name.ts";

export interface WalWriterOptions {
  readonly store: ObjectStore;
  /** The pipeline's name. */
  readonly stream: string;
  /** Random per process, so that no two writers ever give the same name. */
  readonly writer: string;
  readonly clock: Pick<Clock, "nowMs">;
  /** What one object holds at the most; a payload with more lines is written as several. */
  readonly limits: { readonly maxLines: number; readonly maxBytes: number };
}

/** The write-ahead log of one worker, and what it has written so far. */
export interface WalWriter extends LineLog {
  readonly committed: { readonly objects: number; readonly rawBytes: number; readonly storedBytes: number };
}

/** Writes each batch as an object, or several, each of which exists wholly or not at all. */
export function createWalWriter({ store, stream, writer, clock, limits }: WalWriterOptions): WalWriter {
  const segments = createSegmentWriter();
  const full: Segment[] = [];
  const committed = { objects: 0, rawBytes: 0, storedBytes: 0 };

  async function create({ bytes, rows, rawBytes, firstHour, lastHour }: Segment): Promise<CommittedObject> {
    const sequence = committed.objects + 1;
    const ingestDay = dayName(clock.nowMs());
    const name = walObjectName({ stream, ingestDay, writer, sequence, firstHour, lastHour });
    // One that was sealed, signed and removed before its writer heard that it was there is created once more.
    while ((await store.create(name, bytes)) === "exists" && !(await isThere(store, name, bytes)));
    committed.objects += 1;
    committed.rawBytes += rawBytes;
    committed.storedBytes += bytes.length;
    return { name, bytes, rows };
  }

  return {
    committed,
    get pendingLines() {
      return segments.rows + full.reduce((sum, { rows }) => sum + rows, 0);
    },
    get pendingBytes() {
      return segments.contentBytes + full.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
    },
    append(line) {
      segments.append(line);
      if (segments.rows >= limits.maxLines || segments.contentBytes >= limits.maxBytes) full.push(segments.finish());
    },
    async commit() {
      if (segments.rows > 0) full.push(segments.finish());
      const objects: CommittedObject[] = [];
      for (const segment of full.splice(0)) objects.push(await create(segment));
      return objects;
    },
  };
}

/**
 * An object that is there already is an earlier try of ours whose reply was lost, if its bytes are the same (I4). False
 * where it is gone by now.
 */
async function isThere(store: ObjectStore, name: string, bytes: Buffer): Promise<boolean> {
  const stored = await ifThere(store.read(name, 0, bytes.length + 1));
  if (stored === null || stored.equals(bytes)) return stored !== null;
  throw new IoError("corrupt", `write "${name}": it exists with other bytes (hint: two workers share one writer name)`);
}
