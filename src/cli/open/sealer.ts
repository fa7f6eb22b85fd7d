import { readFileSync } from "node:fs";
import type { Makes } from "../../archive/manifest.ts";
import type { PlanObserver } from "../../archive/seal/plan-observer.ts";
import { type SealOptions, sealStream } from "../../archive/seal/seal.ts";
import { hourThatIsOver } from "../../archive/seal/span-length.ts";
import { listStreams, type SealedPlan } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDeriver } from "../../derive/deriver.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { keyFingerprint } from "../../derive/pseudonym.ts";
import { FORMAT_VERSION } from "../../segment/block-table.ts";
import { createArchiveDecoder } from "../archive-decoder.ts";
import { SYSTEM_CLOCK } from "../clock.ts";
import { loadCatalogue } from "../settings.ts";
import { openArchiveStore } from "./archive-store.ts";
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
  return {
    streams,
    seal: (stream, rest) =>
      sealStream(stream, {
        ...rest,
        store,
        makes,
        observe: () => Promise.resolve(createObserver(catalogue)),
        overHour: hourThatIsOver(SYSTEM_CLOCK.nowMs(), settings.seal.latenessMs),
        spanHours: settings.seal.hours,
      }),
  };
}

function makesOf(settings: PipelineSettings, catalogue: Catalogue, key: Buffer): Makes {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    program: version,
    segment_format: FORMAT_VERSION,
    zstd: process.versions["zstd"] ?? "unknown",
    catalogue: catalogue.digest,
    pseudonym_key: keyFingerprint(key),
    instance: settings.instance,
  };
}

function createObserver(catalogue: Catalogue): PlanObserver {
  const decoder = createArchiveDecoder(catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  return {
    eventsOf({ buffer, start, end, meta }) {
      const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
      return record?.fields ? derive(record.log, record.fields).map(({ event }) => event) : [];
    },
    keep: () => undefined,
    endSegment: () => Promise.resolve(),
    end: (_sealed: SealedPlan) => Promise.resolve(),
    close: () => undefined,
  };
}
