import { randomBytes } from "node:crypto";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { BatchObserver } from "../../core/batch-observer.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/units.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { abortsAfter } from "../process/grace.ts";
import { beThrifty } from "../process/thrift.ts";
import { createWorker, isEndless, type Worker } from "../run/worker.ts";
import type { WorkerIndex } from "../run/worker-index.ts";
import { loadCatalogue } from "../settings.ts";
import { tellingOfWait } from "../terminal/waiting.ts";
import { archiveName, openArchiveStore } from "./archive/archive-store.ts";
import { openInputOf, refuseUnreadable } from "./input/pipeline-input.ts";
import { openPseudonymKey, refuseKeylessBucket } from "./keys/pseudonym-key.ts";

const WRITER_BYTES = 8;
/**
 * From a stop to the end, at the most: what supervises workers often kills them half a minute later. The index goes
 * first, since what it does not take can be marked in the archive; an ack has three seconds even after that.
 */
const INDEX_GRACE_MS = 5 * SECOND_MS;
export const ARCHIVE_GRACE_MS = 12 * SECOND_MS;

/** What ends a worker. */
export interface StopSignals {
  /** It takes no more, and finishes what it has, however long the archive takes, and as patient with an index as ever. */
  readonly end: AbortSignal;
  /** So does the process, which has little time: what is not stored soon is left to come again. Aborts with `end` or later. */
  readonly stop: AbortSignal;
}

/**
 * `observer` hears of its batches. Rejects with `UsageError` for a missing input, with `IoError` for an
 * archive that cannot be written, or an index that cannot be used.
 */
export async function openWorker(
  settings: PipelineSettings,
  observer: BatchObserver | null,
  { end, stop }: StopSignals,
): Promise<Worker> {
  beThrifty();
  const catalogue = await loadCatalogue(settings.cataloguePath);
  refuseKeylessBucket(settings);
  refuseUnreadable(settings);
  const store = await openArchiveStore(settings.archive, {
    // A file can be read again; what a subscription or a log that grows brings has nowhere else to go.
    giveUpAfterMs: isEndless(settings) ? Number.POSITIVE_INFINITY : 2 * MINUTE_MS,
    signal: abortsAfter(stop, ARCHIVE_GRACE_MS),
  });
  await tellingOfWait(`archive "${archiveName(settings.archive)}"`, store.check("write"));
  const writer = randomBytes(WRITER_BYTES).toString("hex");
  // An input that is missing leaves nothing behind, so no key is made before it is there where none is needed.
  const key = settings.index === null ? null : await openPseudonymKey(settings, store);
  const indexing = async (): Promise<WorkerIndex | null> => {
    // Half of the modules of a run, for those that need them.
    const [{ openDocuments }, { openIndex }] = await Promise.all([
      import("./lines/documents.ts"),
      import("./cluster/object-index.ts"),
    ]);
    const documents = openDocuments(settings, catalogue, key);
    return openIndex(settings, store, documents, writer, abortsAfter(stop, INDEX_GRACE_MS));
  };
  const index =
    key === null ? null : await tellingOfWait(`index "${settings.index?.urls.join(", ") ?? ""}"`, indexing());
  return elseClosed(index, async () => {
    const input = await tellingOfWait("the input", openInputOf(settings, end));
    return elseClosed(input, async () => {
      // Made by a run, so that a copy of the archive that nobody may write to can be counted later.
      if (key === null) await openPseudonymKey(settings, store);
      return createWorker({
        settings,
        catalogue,
        store,
        index,
        input,
        writer,
        observer,
        clock: SYSTEM_CLOCK,
        stop: end,
      });
    });
  });
}

/** Whoever cannot begin leaves nothing open: others may be waiting for it. */
async function elseClosed<Result>(
  open: { readonly close: () => Promise<void> } | null,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await open?.close();
    throw error;
  }
}
