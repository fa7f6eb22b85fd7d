import { tmpdir } from "node:os";
import type { Makes } from "../../archive/manifest.ts";
import { type SealOptions, sealStream } from "../../archive/seal/seal.ts";
import { hourThatIsOver } from "../../archive/seal/span-length.ts";
import { listStreams, readSealedPlans, type SealedPlan } from "../../archive/sealed-plan.ts";
import { createScratchFolder } from "../../backends/files/scratch-folder.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { createFactsDatabase } from "../../counts/facts/facts-database.ts";
import { createFactsObserver } from "../../counts/facts/facts-observer.ts";
import { writeMissingFacts } from "../../counts/facts/missing-facts.ts";
import { writeRollups } from "../../counts/facts/rollup-writer.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { keyFingerprint } from "../../derive/pseudonym.ts";
import { FORMAT_VERSION } from "../../segment/block-table.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import { loadCatalogue } from "../settings.ts";
import { tell } from "../tell.ts";
import { openArchiveRemover, openArchiveStore } from "./archive-store.ts";
import { DUCK_DB } from "./duck-db-options.ts";
import { factsBasis, openFactReader } from "./fact-reader.ts";
import { openLocalObjects } from "./local-objects.ts";
import { programVersion } from "./program-version.ts";
import { openPseudonymKey, refuseKeylessBucket } from "./pseudonym-key.ts";

/** Seals what is due of an archive. */
export interface Sealer {
  /** Streams that have lines; one of them where a pipeline was named. */
  readonly streams: readonly string[];
  /** Rejects with `IoError`; what was sealed stays sealed. */
  readonly seal: (
    stream: string,
    rest: Pick<SealOptions, "signal" | "onTotal" | "onBytes" | "onSealed">,
  ) => Promise<void>;
  readonly close: () => void;
}

/** `only`: the stream that is meant, null for all. Rejects with `UsageError` or `IoError`. */
export async function openSealer(settings: PipelineSettings, only: string | null): Promise<Sealer> {
  refuseKeylessBucket(settings);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const makes = makesOf(settings, catalogue, key);
  const streams = (await listStreams(store)).filter((stream) => only === null || stream === only);
  const local = openLocalObjects(settings.archive, store);
  const facts = {
    views: { store, remover: await openArchiveRemover(settings.archive) },
    scratch: createScratchFolder(tmpdir()),
    basis: factsBasis(settings, catalogue, key),
    program: makes.program,
    database: createFactsDatabase(DUCK_DB),
    tell,
  };
  const { latenessMs } = settings.seal;
  return {
    streams,
    close: () => facts.database.close(),
    async seal(stream, rest) {
      const touched = new Set<string>();
      const nowMs = SYSTEM_CLOCK.nowMs();
      await sealStream(stream, {
        ...rest,
        onSealed(sealed) {
          touched.add(sealed.span.day);
          rest.onSealed(sealed);
        },
        store,
        makes,
        observe: ({ span, number }) =>
          createFactsObserver({ ...facts, reader: openFactReader(settings, catalogue, key), span, plan: number }),
        overHour: hourThatIsOver(nowMs, latenessMs),
        spanHours: settings.seal.hours,
      });
      if (touched.size === 0) return;
      const plans = await readSealedPlans(store, stream);
      const days = daysToLookAt(plans, touched);
      const ofDays = plans.filter(({ span }) => days.includes(span.day));
      const reader = openFactReader(settings, catalogue, key);
      await writeMissingFacts(ofDays, { ...facts, reader, onBytes: () => undefined });
      await writeRollups({
        ...facts,
        ...DUCK_DB,
        local,
        stream,
        plans,
        days,
        always: false,
        dueThroughMs: nowMs - latenessMs,
      });
    },
  };
}

/**
 * Those days, and before each of them the last one: it may have had its last lines before it was over, and a sealer that
 * was killed may have left it without facts.
 */
function daysToLookAt(plans: readonly SealedPlan[], touched: ReadonlySet<string>): string[] {
  const all = [...new Set(plans.map(({ span }) => span.day))].toSorted();
  return all.filter((day, index) => touched.has(day) || touched.has(all[index + 1] ?? ""));
}

function makesOf(settings: PipelineSettings, catalogue: Catalogue, key: Buffer): Makes {
  return {
    program: programVersion(),
    segment_format: FORMAT_VERSION,
    zstd: process.versions["zstd"] ?? "unknown",
    catalogue: catalogue.digest,
    pseudonym_key: keyFingerprint(key),
    instance: settings.instance,
  };
}
