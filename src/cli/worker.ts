import { randomBytes } from "node:crypto";
import { findRepeats } from "../archive/repeats.ts";
import { listWal, type WalObject } from "../archive/wal-reader.ts";
import { createWalWriter } from "../archive/wal-writer.ts";
import type { OnRead } from "../backends/files/file-source.ts";
import type { PipelineSettings } from "../config/pipeline.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { createTally, type TallySnapshot } from "../counts/tally.ts";
import { catalogueFields } from "../derive/catalogue-fields.ts";
import { createDeriver } from "../derive/deriver.ts";
import { runEngine } from "../engine/run.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { createLineDecoder } from "./line-decoder.ts";
import { openArchiveStore } from "./open/archive-store.ts";
import { openInputOf, refuseUnreadable } from "./open/pipeline-input.ts";
import { openPseudonymKey, refuseKeylessBucket } from "./open/pseudonym-key.ts";
import { loadCatalogue } from "./settings.ts";

const WRITER_BYTES = 8;

/** What a worker did. */
export interface RunSummary extends TallySnapshot {
  readonly pipeline: string;
  readonly objects: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly elapsedMs: number;
  readonly isInterrupted: boolean;
}

/** A pipeline, opened: its input is there and its archive can be written. */
export interface Worker {
  /** Stored bytes of the input; null where nobody knows. */
  readonly inputBytes: number | null;
  /** Names the objects of this worker. */
  readonly writer: string;
  /** Runs until the input ends or the signal stops it. Rejects with `IoError`; what was committed stays valid. */
  run(signal: AbortSignal, onRead: OnRead): Promise<void>;
  /**
   * What the run brought in. `later` are writers whose lines do not count as there before. Rejects with `IoError`.
   */
  summarize(later: ReadonlySet<string>, isInterrupted: boolean): Promise<RunSummary>;
}

/** Rejects with `UsageError` for a missing input, with `IoError` for an archive that cannot be written. */
export async function openWorker(settings: PipelineSettings): Promise<Worker> {
  const catalogue = await loadCatalogue(settings.cataloguePath);
  refuseKeylessBucket(settings);
  refuseUnreadable(settings);
  const store = await openArchiveStore(settings.archive);
  await store.check("write");
  const input = await openInputOf(settings);
  // Made here, so that a copy of the archive that nobody may write to can be counted later.
  await openPseudonymKey(settings, store);
  const decoder = createLineDecoder(settings, catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  const tally = createTally();
  const writer = randomBytes(WRITER_BYTES).toString("hex");
  const wal = createWalWriter({ store, stream: settings.name, writer, clock: SYSTEM_CLOCK, limits: settings.batch });
  let elapsedMs = 0;

  return {
    inputBytes: input.sizeBytes,
    writer,
    async run(signal, onRead) {
      const startedAtMs = SYSTEM_CLOCK.monotonicMs();
      try {
        await runEngine({
          source: input.source(onRead),
          take: (payload) =>
            decoder.decode(payload, (line, fields) => {
              tally.add(line.reason, fields === null ? [] : derive(line.log, fields));
              wal.append(line);
            }),
          log: wal,
          limits: settings.batch,
          clock: SYSTEM_CLOCK,
          signal,
        });
      } finally {
        await input.close();
      }
      elapsedMs = SYSTEM_CLOCK.monotonicMs() - startedAtMs;
    },
    async summarize(later, isInterrupted) {
      const { earlier, newer } = await partWal(store, writer, later);
      await findRepeats(store, earlier, newer, ({ buffer, start, end, meta }) => {
        const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
        tally.repeat(meta.reason, record?.fields ? derive(record.log, record.fields) : []);
      });
      return { pipeline: settings.name, ...tally.snapshot(), ...wal.committed, elapsedMs, isInterrupted };
    },
  };
}

/** The objects of this writer, and those of others but the later ones. */
async function partWal(
  store: ObjectStore,
  writer: string,
  later: ReadonlySet<string>,
): Promise<{ earlier: WalObject[]; newer: WalObject[] }> {
  const earlier: WalObject[] = [];
  const newer: WalObject[] = [];
  for await (const object of listWal(store, null)) {
    if (object.writer === writer) newer.push(object);
    else if (!later.has(object.writer)) earlier.push(object);
  }
  return { earlier, newer };
}
