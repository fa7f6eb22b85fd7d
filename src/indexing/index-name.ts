import type { Meta } from "../core/archived-line.ts";
import { DAY_MS } from "../core/units.ts";

/** Days that no index of their own exists for share this one. */
const OUTSIDE = "outside";
/** Names repeat on every line; hostile ones, of many days, do not fill the memory. */
const MOST_CACHED = 1000;

export interface IndexNaming {
  /** Beginning of all names. */
  readonly prefix: string;
  /** How long before its publication a line may be dated and still get the index of its day. */
  readonly retentionMs: number;
}

/** The indices of a pipeline. A line's place depends on the line and its publish time alone (I9). */
export interface IndexNames {
  /** `logtally.logs-rails.api-2020.12.22`, or `…-outside`. */
  logs(meta: Meta): string;
  /** For what the index above rejects: `logtally.quarantine-2020.12.22`, or `…-outside`. */
  quarantine(meta: Meta): string;
}

export function createIndexNames({ prefix, retentionMs }: IndexNaming): IndexNames {
  const dayText = createDayTexts(retentionMs);
  const logsName = keptNames((log, day) => `${prefix}.logs-${log}-${day}`);
  return {
    logs: (meta) => logsName(meta.log, dayText(meta)),
    quarantine: (meta) => `${prefix}.quarantine-${dayText(meta)}`,
  };
}

/** The lines of a log and day share one text, instead of one for each that waits with its document. */
function keptNames(nameOf: (log: string, day: string) => string): (log: string, day: string) => string {
  const days = new Map<string, Map<string, string>>();
  let count = 0;
  return (log, day) => {
    const known = days.get(day)?.get(log);
    if (known !== undefined) return known;
    if (count >= MOST_CACHED) {
      days.clear();
      count = 0;
    }
    const ofDay = days.get(day) ?? new Map<string, string>();
    const name = nameOf(log, day);
    days.set(day, ofDay.set(log, name));
    count += 1;
    return name;
  };
}

/** Ends of names: `2020.12.22`, or `outside`. */
function createDayTexts(retentionMs: number): (meta: Meta) => string {
  const days = new Map<number, string>();
  return (meta) => {
    const day = dayOf(meta, retentionMs);
    if (day === null) return OUTSIDE;
    const known = days.get(day);
    if (known !== undefined) return known;
    const text = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", ".");
    if (days.size >= MOST_CACHED) days.clear();
    days.set(day, text);
    return text;
  };
}

/**
 * The indices of a replay: one for each day of all logs, since years of lines are brought back at once. A name without
 * hyphen keeps the indices of two replays apart.
 */
export function createReplayNames({ prefix, retentionMs }: IndexNaming, replay: string): IndexNames {
  const dayText = createDayTexts(retentionMs);
  return {
    logs: (meta) => `${prefix}.replay-${replay}-${dayText(meta)}`,
    quarantine: () => replayQuarantine(prefix, replay),
  };
}

/** For what all indices of a replay reject. */
export function replayQuarantine(prefix: string, replay: string): string {
  return `${prefix}.replay-${replay}-quarantine`;
}

/** Stands for all indices of a replay; null: of all replays. */
export function replayPattern(prefix: string, replay: string | null): string {
  return `${prefix}.replay-${replay === null ? "" : `${replay}-`}*`;
}

const CATALOGUE_DIGITS = 12;

/** `logtally.counts-0123456789ab`: by the digest (`sha256:…`) of the catalogue, whose counts are no others' to add to. */
export function countsIndex(prefix: string, catalogue: string): string {
  const start = "sha256:".length;
  return `${prefix}.counts-${catalogue.slice(start, start + CATALOGUE_DIGITS)}`;
}

/** Names that stand for all indices of lines of a prefix, and for those of them that all other days share. */
export function indexPatterns(prefix: string): {
  readonly all: readonly string[];
  readonly outside: readonly string[];
} {
  const { logs, quarantine } = outsidePatterns(prefix);
  return { all: [`${prefix}.logs-*`, `${prefix}.quarantine-*`], outside: [logs, quarantine] };
}

/** Names that stand for all indices that go by days: of lines, of the quarantine, and of what workers tell. */
export function dayPatterns(prefix: string): readonly string[] {
  return [...indexPatterns(prefix).all, `${prefix}.health-*`];
}

export function outsidePatterns(prefix: string): { readonly logs: string; readonly quarantine: string } {
  return { logs: `${prefix}.logs-*-${OUTSIDE}`, quarantine: `${prefix}.quarantine-${OUTSIDE}*` };
}

/**
 * Days since 1970 of the line's own time, or of its publication where it has none; null for no day, or one that is too
 * far from the publication: otherwise a line could make indices at will, or bring back those that have been deleted.
 * What does not come from Pub/Sub has no publish time, and whoever reads such files has chosen them.
 */
function dayOf({ timeMs, message }: Meta, retentionMs: number): number | null {
  const publishedAtMs = message?.publishedAtMs ?? null;
  const ownMs = timeMs ?? publishedAtMs;
  if (ownMs === null) return null;
  const day = Math.floor(ownMs / DAY_MS);
  if (publishedAtMs === null) return day;
  const isInside =
    day >= Math.floor((publishedAtMs - retentionMs) / DAY_MS) && day <= Math.floor((publishedAtMs + DAY_MS) / DAY_MS);
  return isInside ? day : null;
}
