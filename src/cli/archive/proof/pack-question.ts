import { estimateBytes, type FindQuery, findPlaces } from "../../../archive/find.ts";
import type { PackQuery } from "../../../archive/pack/pack-report.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import type { Clock } from "../../../core/clock.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { archiveName } from "../../open/archive/archive-store.ts";
import { programVersion } from "../../open/program-version.ts";
import { checkLogName } from "../../options/log-name.ts";
import type { TimeSpan } from "../../options/time-span.ts";
import { createLineFilter, type LineConditions } from "../search/line-filter.ts";
import { refuseLargeSearch } from "../search/search-guard.ts";

/** Which lines a pack is to hold, and how much may be read for it. */
interface PackConditions extends LineConditions, TimeSpan {
  readonly mostBytes: number;
  readonly yes?: true;
}

interface PackSource {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** What `exportPack` is asked. */
interface PackQuestion {
  readonly query: FindQuery;
  readonly asked: PackQuery;
  /** About how much is to be read. */
  readonly bytes: number;
}

const EXPORTING = { operation: "export lines", hint: "narrow it by --since and --until" };

/**
 * No look-up is believed, so that no other condition keeps a block from being read. Rejects with `UsageError` for what no
 * line can meet and for what would read too much, and with `IoError`.
 */
export async function askPack(
  { settings, catalogue, store, clock }: PackSource,
  conditions: PackConditions,
): Promise<PackQuestion> {
  const { archive, instance } = settings;
  const { since, until, mostBytes, yes } = conditions;
  const matches = createLineFilter(conditions, catalogue, { instance });
  const query: FindQuery = { sinceMs: since ?? null, untilMs: until ?? null, matches, lookups: false };
  const bytes = estimateBytes(await findPlaces(store, query));
  refuseLargeSearch(bytes, mostBytes, yes === true, archive, EXPORTING);
  return { query, asked: askedQuery(conditions, catalogue, archiveName(archive), clock), bytes };
}

function askedQuery(
  { since, until, log, event, user, group, project, correlationId, status, field = [], text }: PackConditions,
  catalogue: Catalogue,
  archive: string,
  clock: Clock,
): PackQuery {
  return {
    since: since === undefined ? null : new Date(since).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
    log: log === undefined ? null : checkLogName(log),
    event: event ?? null,
    user: user ?? null,
    group: group ?? null,
    project: project ?? null,
    correlation_id: correlationId ?? null,
    status: status ?? null,
    fields: field.map(({ name, value }) => `${name}=${value}`),
    text: text ?? null,
    archive,
    catalogue: catalogue.digest,
    program: programVersion(),
    asked_at: `${new Date(clock.nowMs()).toISOString().slice(0, 19)}Z`,
  };
}
