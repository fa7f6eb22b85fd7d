import { tmpdir } from "node:os";
import { listStreams, readSealedPlans, type SealedPlan } from "../../../archive/sealed-plan.ts";
import { createScratchFolder } from "../../../backends/files/scratch-folder.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UNDATED_HOUR } from "../../../core/hour.ts";
import { HOUR_MS } from "../../../core/units.ts";
import { writeApart } from "../../../counts/facts/apart-writer.ts";
import { createFactsDatabase } from "../../../counts/facts/facts-database.ts";
import { rebuildFacts } from "../../../counts/facts/rebuild.ts";
import { writeRollups } from "../../../counts/facts/rollup-writer.ts";
import { sealedBytes } from "../../../counts/facts/sealed-lines.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { createProgress } from "../../terminal/progress.ts";
import { tell } from "../../terminal/tell.ts";
import { openArchiveStore, openViewsRemover } from "../archive/archive-store.ts";
import { openLocalObjects } from "../archive/local-objects.ts";
import { openPseudonymKey, refuseKeylessBucket } from "../keys/pseudonym-key.ts";
import { programVersion } from "../program-version.ts";
import { DUCK_DB } from "./duck-db-options.ts";
import { factsBasis, openFactReader } from "./fact-reader.ts";

/** Which plans are meant. */
export interface RebuildScope {
  /** A stream; null for all. */
  readonly only: string | null;
  /** Spans that begin in `[since, until)`; the undated one only where neither is given. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** Ends it after the plan that is under way. */
  readonly signal: AbortSignal;
}

/** What was done, in the words of `--json`. */
export interface FactsRebuild {
  readonly plans: number;
  readonly rows: number;
  readonly files: { readonly created: number; readonly same: number; readonly replaced: number };
  readonly rollups: number;
}

/** Derives facts and roll-ups again, with a progress bar. Rejects with `UsageError` or `IoError`. */
export async function rebuildAll(
  settings: PipelineSettings,
  catalogue: Catalogue,
  scope: RebuildScope,
): Promise<FactsRebuild> {
  refuseKeylessBucket(settings);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const common = {
    views: { store, remover: await openViewsRemover(settings.archive) },
    scratch: createScratchFolder(tmpdir(), SYSTEM_CLOCK.nowMs),
    local: openLocalObjects(settings.archive, store),
    reader: openFactReader(settings, catalogue, key),
    basis: factsBasis(settings, catalogue, key),
    program: programVersion(),
    ...DUCK_DB,
    database: createFactsDatabase(DUCK_DB),
    tell,
  };
  const dueThroughMs = SYSTEM_CLOCK.nowMs() - settings.seal.latenessMs;
  const streams = await listStreams(store);
  const allDays = new Set<string>();
  const done = { plans: 0, rows: 0, files: { created: 0, same: 0, replaced: 0 }, rollups: 0 };
  for (const stream of streams.filter((each) => scope.only === null || each === scope.only)) {
    if (scope.signal.aborted) break;
    const plans = await readSealedPlans(store, stream);
    const wanted = plans.filter((plan) => !plan.isRecord && isInScope(plan, scope));
    const progress = createProgress(`rebuilding facts of ${stream}`, sealedBytes(wanted));
    try {
      for (const plan of wanted) {
        if (scope.signal.aborted) break;
        const { rows, files } = await rebuildFacts(plan, { ...common, onBytes: progress.add });
        done.plans += 1;
        done.rows += rows;
        for (const outcome of ["created", "same", "replaced"] as const) done.files[outcome] += files[outcome];
      }
    } finally {
      progress.stop();
    }
    if (scope.signal.aborted) break;
    const days = wanted.map(({ span }) => span.day);
    for (const day of days) allDays.add(day);
    done.rollups += (await writeRollups({ ...common, stream, plans, days, always: true, dueThroughMs })).length;
  }
  if (!scope.signal.aborted) await writeApart({ ...common, streams, days: [...allDays], always: true, dueThroughMs });
  common.database.close();
  return done;
}

function isInScope({ span }: SealedPlan, { sinceMs, untilMs }: RebuildScope): boolean {
  if (span.firstHour === UNDATED_HOUR) return sinceMs === null && untilMs === null;
  const startMs = span.firstHour * HOUR_MS;
  return startMs >= (sinceMs ?? 0) && startMs < (untilMs ?? Number.POSITIVE_INFINITY);
}
