import { tmpdir } from "node:os";
import { writeDayLookups } from "../../../archive/lookup/day-lookup.ts";
import { withLookups } from "../../../archive/lookup/lookup-observer.ts";
import { plansWithoutLookups, writeMissingLookups } from "../../../archive/lookup/write-lookups.ts";
import type { Makes } from "../../../archive/manifest.ts";
import type { PlanObserver } from "../../../archive/seal/plan-observer.ts";
import { type SealOptions, sealStream } from "../../../archive/seal/seal.ts";
import { hourThatIsOver } from "../../../archive/seal/span-length.ts";
import { listStreams, readSealedPlans, type SealedPlan } from "../../../archive/sealed-plan.ts";
import { parseSealedName, vaultPrefix } from "../../../archive/vault-name.ts";
import { createScratchFolder } from "../../../backends/files/scratch-folder.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { IoError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { FactReader } from "../../../counts/fact-reader.ts";
import { writeApart } from "../../../counts/facts/apart-writer.ts";
import { createFactsDatabase } from "../../../counts/facts/facts-database.ts";
import { createFactsObserver, type FactsObserverOptions } from "../../../counts/facts/facts-observer.ts";
import { plansWithoutFacts, writeMissingFacts } from "../../../counts/facts/missing-facts.ts";
import { writeRollups } from "../../../counts/facts/rollup-writer.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { keyFingerprint } from "../../../derive/pseudonym.ts";
import { FORMAT_VERSION } from "../../../segment/block-table.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { loadCatalogue } from "../../settings.ts";
import { notify, notifying } from "../../terminal/tell.ts";
import { DUCK_DB } from "../counts/duck-db-options.ts";
import { factsBasis, openFactReader } from "../counts/fact-reader.ts";
import { openPseudonymKey, refuseKeylessBucket, refuseUnreadableKey } from "../keys/pseudonym-key.ts";
import { programVersion } from "../program-version.ts";
import { openArchiveStore, openViewsRemover } from "./archive-store.ts";
import { openLocalObjects } from "./local-objects.ts";

/** Seals what is due of an archive. */
export interface Sealer {
  /** Streams that have lines; one of them where a pipeline was named. */
  readonly streams: readonly string[];
  /** All that the archive has. */
  readonly allStreams: readonly string[];
  /** Rejects with `IoError`; what was sealed stays sealed. */
  readonly seal: (
    stream: string,
    rest: Pick<SealOptions, "signal" | "onTotal" | "onBytes" | "onSealed" | "onTrouble" | "withUndated">,
  ) => Promise<void>;
  readonly close: () => void;
}

/** `only`: the stream that is meant, null for all. Rejects with `UsageError` or `IoError`. */
export async function openSealer(settings: PipelineSettings, only: string | null): Promise<Sealer> {
  refuseKeylessBucket(settings);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const store = await openArchiveStore(settings.archive);
  await refuseUnreadableKey(settings);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const makes = makesOf(settings, catalogue, key);
  const streams = await listStreams(store);
  const local = openLocalObjects(settings.archive, store);
  const basis = factsBasis(settings, catalogue, key);
  const facts = { ...(await openViews(settings, store)), basis, program: makes.program };
  const { latenessMs, hours: spanHours } = settings.seal;
  const newReader = (): FactReader => openFactReader(settings, catalogue, key);
  return {
    allStreams: streams,
    streams: streams.filter((stream) => only === null || stream === only),
    close: () => facts.database.close(),
    async seal(stream, rest) {
      const touched = new Set<string>();
      let before: readonly SealedPlan[] = [];
      const nowMs = SYSTEM_CLOCK.nowMs();
      try {
        await sealStream(stream, {
          ...rest,
          onSealed(sealed) {
            touched.add(sealed.span.day);
            rest.onSealed(sealed);
          },
          onReached: (plans) => void (before = plans),
          store,
          makes,
          observe: ({ span, number }) => observePlan({ ...facts, reader: newReader(), span, plan: number }),
          overHour: hourThatIsOver(nowMs, latenessMs),
          spanHours,
        });
      } finally {
        if (!rest.signal.aborted) await keepViews(stream, { before, touched }, nowMs - latenessMs);
      }
    },
  };

  /** Facts and look-ups that a killed sealer has left out, and the roll-ups of days that are over. */
  async function keepViews(stream: string, { before, touched }: Looked, dueThroughMs: number): Promise<void> {
    try {
      const bare = [...(await plansWithoutFacts(before, facts)), ...(await plansWithoutLookups(before, store))];
      for (const { span } of bare) touched.add(span.day);
      if (touched.size === 0) return;
      const days = await daysToLookAt(store, stream, touched);
      const plans = (await Promise.all(days.map((day) => readSealedPlans(store, stream, day)))).flat();
      const options = { ...facts, reader: newReader(), onBytes: () => undefined };
      await writeMissingFacts(plans, options);
      await writeMissingLookups(plans, { ...options, requestOf: options.reader.requestOf });
      await writeDayLookups(facts.views, plans);
      const rolling = { ...facts, ...DUCK_DB, local, days, always: false, dueThroughMs };
      await writeRollups({ ...rolling, stream, plans });
      await writeApart({ ...rolling, streams });
    } catch (error) {
      // A view must not hold up the book of record.
      if (!(error instanceof IoError)) throw error;
      const what = `facts, roll-ups or look-ups of ${stream}`;
      notify("views_not_kept", `${what} are not kept, and counts and searches take longer: ${error.message}`);
    }
  }
}

/** Where facts and look-ups are made and kept. */
async function openViews({ archive }: PipelineSettings, store: ObjectStore) {
  return {
    views: { store, remover: await openViewsRemover(archive) },
    scratch: createScratchFolder(tmpdir(), SYSTEM_CLOCK.nowMs),
    database: createFactsDatabase(DUCK_DB),
    tell: notifying("views_not_kept"),
  };
}

/** Keeps facts and look-ups while a plan is run. */
async function observePlan(options: FactsObserverOptions): Promise<PlanObserver> {
  const { views, reader, tell: say } = options;
  return withLookups(await createFactsObserver(options), { views, requestOf: reader.requestOf, tell: say });
}

interface Looked {
  /** What was sealed before, of days that write-ahead objects have lines of. */
  readonly before: readonly SealedPlan[];
  /** Days that something was sealed of. */
  readonly touched: Set<string>;
}

/**
 * Those days, and before each of them the last one: it may have had its last lines before it was over, and a sealer that
 * was killed may have left it without facts.
 */
async function daysToLookAt(store: ObjectStore, stream: string, touched: ReadonlySet<string>): Promise<string[]> {
  const sealed = new Set<string>();
  for await (const { name } of store.list(vaultPrefix(stream))) {
    const day = parseSealedName(name)?.day;
    if (day !== undefined) sealed.add(day);
  }
  const all = [...sealed].toSorted();
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
