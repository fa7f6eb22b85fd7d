import { tmpdir } from "node:os";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { type ArchiveCounts, openArchiveCounts } from "../../counts/archive-counts.ts";
import { readBooks, type StreamBook } from "../../counts/stream-book.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { keyFingerprint } from "../../derive/pseudonym.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import { createProgress } from "../progress.ts";
import { tell } from "../tell.ts";
import { openArchiveStore } from "./archive-store.ts";
import { factsBasis, openFactReader } from "./fact-reader.ts";
import { openLocalObjects } from "./local-objects.ts";
import { openPseudonymKey, refuseKeylessBucket } from "./pseudonym-key.ts";

/** For DuckDB, wherever facts are counted or written. */
export const MEMORY_LIMIT = "512MB";

export interface OpenedCounts {
  /** To be closed by the caller. */
  readonly counts: ArchiveCounts;
  /** What they are counted from. */
  readonly books: readonly StreamBook[];
  /** Fingerprint of the key of the pseudonyms. */
  readonly pseudonymKey: string;
}

/** Opens the counts of a whole archive, with a progress bar. Rejects with `UsageError` or `IoError`. */
export async function openCounts(settings: PipelineSettings, catalogue: Catalogue): Promise<OpenedCounts> {
  refuseKeylessBucket(settings);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const books = await readBooks(store);
  const counts = await openArchiveCounts({
    store,
    local: openLocalObjects(settings.archive, store),
    reader: openFactReader(settings, catalogue, key),
    basis: factsBasis(settings, catalogue, key),
    books,
    nowMs: SYSTEM_CLOCK.nowMs(),
    latenessMs: settings.seal.latenessMs,
    memoryLimit: MEMORY_LIMIT,
    spillDirectory: tmpdir(),
    tell,
    startProgress: (totalBytes) => createProgress("counting", totalBytes),
  });
  return { counts, books, pseudonymKey: keyFingerprint(key) };
}
