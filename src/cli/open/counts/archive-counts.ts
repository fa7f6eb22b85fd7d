import type { Difference } from "../../../archive/audit/difference.ts";
import { listStreams } from "../../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { type ArchiveCounts, type CountedState, readArchiveCounts } from "../../../counts/archive-counts.ts";
import { type AsOfDigest, readBookAsOf } from "../../../counts/books/digest-book.ts";
import { findRevisionGaps } from "../../../counts/books/lost-plans.ts";
import { type AskedPeriods, readBooks, readBooksFor, type StreamBook } from "../../../counts/books/stream-book.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { keyFingerprint } from "../../../derive/pseudonym.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { ON_TERMINAL, type Telling } from "../../terminal/telling.ts";
import { openArchiveStore } from "../archive/archive-store.ts";
import { openLocalObjects } from "../archive/local-objects.ts";
import { openPseudonymKey, refuseKeylessBucket } from "../keys/pseudonym-key.ts";
import { DUCK_DB } from "./duck-db-options.ts";
import { factsBasis, openFactReader } from "./fact-reader.ts";

export interface OpenedCounts {
  /** The digest of which they are; null for the archive as it is now. */
  readonly digest: AsOfDigest | null;
  /** To be closed by the caller. */
  readonly counts: ArchiveCounts;
  /** What they are counted from. */
  readonly books: readonly StreamBook[];
  /** Manifests that are missing before others: their lines are not counted. */
  readonly lost: readonly Difference[];
  /** Fingerprint of the key of the pseudonyms. */
  readonly pseudonymKey: string;
}

/** What of an archive is to be counted. */
export interface CountsScope {
  /** Null: the archive as it is now. */
  readonly asOfDigest: AskedDigest | null;
  /** Only what these periods need; null for everything. */
  readonly asked: AskedPeriods | null;
  /** The file of the catalogue where it is not the pipeline's, for hints. */
  readonly catalogueFile?: string | undefined;
  /** Ends the reading, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Missing: the terminal. */
  readonly telling?: Telling;
}

/** A state of the archive that was signed. */
export interface AskedDigest {
  readonly sequence: number;
  /** Whose digest it is; null for the only stream. */
  readonly stream: string | null;
}

/**
 * Opens the counts of a whole archive as it is, or of a stream as it was signed. Rejects with
 * `UsageError` or `IoError`.
 */
export async function openCounts(
  settings: PipelineSettings,
  catalogue: Catalogue,
  scope: CountsScope = { asOfDigest: null, asked: null },
): Promise<OpenedCounts> {
  refuseKeylessBucket(settings);
  const { telling = ON_TERMINAL } = scope;
  const store = readUntil(scope.signal, await openArchiveStore(settings.archive));
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const options = {
    store,
    local: openLocalObjects(settings.archive, store),
    reader: openFactReader(settings, catalogue, key),
    basis: factsBasis(settings, catalogue, key),
    latenessMs: settings.seal.latenessMs,
    ...DUCK_DB,
    tell: telling.tell,
    rebuildCommand: `logtally facts rebuild${scope.catalogueFile === undefined ? "" : ` --catalogue ${scope.catalogueFile}`}`,
    startProgress: (totalBytes: number) => telling.startProgress("counting", totalBytes),
  };
  let digest: AsOfDigest | null = null;
  const opened = await readArchiveCounts(options, async (watched) => {
    const state = await readState(watched, scope);
    digest = state.digest;
    return state;
  });
  return { ...opened, digest, lost: await findRevisionGaps(store, opened.books), pseudonymKey: keyFingerprint(key) };
}

/** The same store, which reads nothing more once the signal has aborted. */
function readUntil(signal: AbortSignal | undefined, store: ObjectStore): ObjectStore {
  if (signal === undefined) return store;
  return {
    ...store,
    read(name, start, end) {
      signal.throwIfAborted();
      return store.read(name, start, end);
    },
  };
}

interface StateOfDigest extends CountedState {
  readonly digest: AsOfDigest | null;
}

async function readState(store: ObjectStore, { asOfDigest: asOf, asked }: CountsScope): Promise<StateOfDigest> {
  if (asOf === null) {
    const books = await (asked === null ? readBooks(store) : readBooksFor(store, asked));
    return { books, nowMs: SYSTEM_CLOCK.nowMs(), digest: null };
  }
  const streams = asOf.stream === null ? await listStreams(store) : [asOf.stream];
  if (streams.length > 1) {
    throw new UsageError(
      `count as of digest ${asOf.sequence}: the archive has several streams, and each has its own digests ` +
        "(hint: name a pipeline)",
    );
  }
  const { book, endMs, digest } = await readBookAsOf(store, streams[0] ?? "", asOf.sequence);
  return { books: [book], nowMs: endMs, digest };
}
