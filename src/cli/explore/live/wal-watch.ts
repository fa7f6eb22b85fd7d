import { MINUTE_MS, SECOND_MS } from "../../../core/units.ts";
import type { LiveReport } from "../../../explorer/live-answers.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import type { Unread } from "./batch.ts";
import { createBatchReader } from "./batch-reader.ts";
import { createLiveWindow, MOST_MINUTES } from "./live-window.ts";
import { createRecentList } from "./recent-list.ts";

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

export function createWalWatch(archive: ExploredArchive): WalWatch {
  const { store, clock } = archive;
  const reader = createBatchReader(archive);
  const window = createLiveWindow();
  const listing = createRecentList(store);
  let unread: Unread[] = [];
  let lastWrittenMs: number | null = null;
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
      const batch = await reader.read(each, linesLeft);
      left.delete(each);
      if (batch === null) continue;
      linesLeft -= batch.lookedLines;
      window.add(batch);
      if (batch.rest !== null) left.add(batch.rest);
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
        problems: reader.problems(),
      };
    },
  };
}
