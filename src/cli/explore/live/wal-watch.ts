import { parseWalName, walPrefix } from "../../../archive/wal-name.ts";
import type { WalObject } from "../../../archive/wal-reader.ts";
import { isOfObject } from "../../../core/fault.ts";
import { dayName } from "../../../core/hour.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../core/units.ts";
import type { LiveReport } from "../../../explorer/live-answers.ts";
import { openLineReading } from "../../open/line-reading.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { type Batch, type EventsOf, readBatch, type Unread } from "./batch.ts";
import { createLiveWindow, MOST_MINUTES } from "./live-window.ts";

/** Sees what workers write to the archive, for all who look on. */
export interface WalWatch {
  /** Looks for what is new, unless somebody has just done so. Rejects with `IoError`. */
  look(): Promise<void>;
  /** What is known of so many last minutes. */
  report(nowMs: number, minutes: number): Omit<LiveReport, "backlog">;
}

/** Of one look: what came in the hour before must not keep the first answer waiting. */
const MOST_OPENED = 256;
/** Lines that are looked at for events, of one look: some tenths of a second. */
const ENOUGH_LINES = 20_000;
const FRESH_MS = SECOND_MS;
const MOST_PROBLEMS = 5;

export function createWalWatch({ store, catalogue, clock }: ExploredArchive): WalWatch {
  const { decoder, derive } = openLineReading(catalogue, null);
  const eventsOf: EventsOf = ({ buffer, start, end, meta }) => {
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    return record?.fields ? derive(record.log, record.fields).map(({ event }) => event) : [];
  };
  const window = createLiveWindow();
  const listing = createRecentList(store);
  let unread: Unread[] = [];
  let lastWrittenMs: number | null = null;
  let problems: string[] = [];
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  /** The newest first: of the past, what is nearest matters most. What is left is looked at in the next rounds. */
  async function lookNow(): Promise<void> {
    const nowMs = clock.nowMs();
    const found = await listing.newObjects(nowMs);
    for (const { createdAtMs } of found) lastWrittenMs = Math.max(lastWrittenMs ?? createdAtMs, createdAtMs);
    const waiting = [...unread, ...found.map((object) => ({ object, fromBlock: null }))]
      .filter(({ object }) => object.createdAtMs > nowMs - MOST_MINUTES * MINUTE_MS)
      .toSorted((a, b) => b.object.createdAtMs - a.object.createdAtMs);
    // What is left where the store fails is read once it is there again.
    const left = new Set<Unread>(waiting);
    try {
      await readSome(waiting.slice(0, MOST_OPENED), left);
    } finally {
      unread = [...left];
    }
    window.forget(nowMs);
    lookedAtMs = clock.monotonicMs();
  }

  async function readSome(some: readonly Unread[], left: Set<Unread>): Promise<void> {
    let linesLeft = ENOUGH_LINES;
    for (const each of some) {
      // How many lines it has is known already.
      if (linesLeft <= 0 && each.fromBlock !== null) continue;
      const batch = await readTrusted(each, linesLeft);
      left.delete(each);
      if (batch === null) continue;
      linesLeft -= batch.lookedLines;
      window.add(batch);
      if (batch.rest !== null) left.add(batch.rest);
    }
  }

  /** Null where it cannot be read: nobody may be kept from the others by it. */
  async function readTrusted(what: Unread, enoughLines: number): Promise<Batch | null> {
    try {
      return await readBatch(store, what, eventsOf, enoughLines);
    } catch (error) {
      if (!isOfObject(error)) throw error;
      problems = [...problems, error.message].slice(-MOST_PROBLEMS);
      return null;
    }
  }

  return {
    async look() {
      if (looking === null && clock.monotonicMs() - lookedAtMs < FRESH_MS) return;
      looking ??= lookNow().finally(() => {
        looking = null;
      });
      await looking;
    },
    report(nowMs, minutes) {
      const { totals, ...known } = window.report(nowMs, minutes);
      return {
        ...known,
        totals: { ...totals, unread_objects: unread.length },
        last_written: lastWrittenMs === null ? null : new Date(lastWrittenMs).toISOString(),
        problems,
      };
    },
  };
}

/** Write-ahead objects as they appear, each once. */
interface RecentList {
  /** Rejects with `IoError`. */
  newObjects(nowMs: number): Promise<WalObject[]>;
}

/**
 * Lists the folders of days that somebody may still write to, and once the newest of each stream: how long nobody has
 * written is told by it. Of all others only the names of their folders are read.
 */
function createRecentList(store: ObjectStore): RecentList {
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
