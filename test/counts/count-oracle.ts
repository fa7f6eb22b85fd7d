import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import type { CountQuery, CountRow } from "../../src/counts/cube.ts";
import type { PeriodName } from "../../src/counts/period.ts";
import { isFact, type SampleFact } from "./sample-facts.ts";

/** The counts by the words of the design pages, one fact after the other: slow and plain, to compare the cube with. */
export function naiveCountRows(facts: readonly SampleFact[], query: CountQuery): CountRow[] {
  const standing = standingEvents(facts);
  const asOfMs = Date.parse(query.asOf);
  const before = standing.filter(({ timeMs }) => timeMs < asOfMs);
  const sessions = sessionsOf(before);
  const persons = query.foldsPersonal ? ownersOf(before) : new Set<string>();
  const rows = new Map<string, Entry>();
  for (const fact of standing) {
    if (query.events !== null && !query.events.includes(fact.event)) continue;
    for (const span of spans(query.periods, query.days, asOfMs)) {
      if (fact.timeMs < span.fromMs || fact.timeMs >= span.toMs) continue;
      const session = sessions.get(fact) ?? null;
      const key = folded(rowKey(fact, session, query), query.by, persons);
      const name = JSON.stringify([fact.event, key, span.period, span.fromMs]);
      const entry: Entry = rows.get(name) ?? {
        row: emptyRow(fact.event, key, query, span),
        users: new Map(),
        sessions: new Set(),
      };
      if (fact.user !== null) entry.users.set(fact.user, (entry.users.get(fact.user) ?? 0) + 1);
      if (session !== null) entry.sessions.add(session);
      rows.set(name, { ...entry, row: { ...entry.row, count: entry.row.count + 1 } });
    }
  }
  return [...rows.values()].map((entry) => finished(entry, query)).sort(byAllParts);
}

interface Entry {
  readonly row: CountRow;
  readonly users: Map<string, number>;
  readonly sessions: Set<string>;
}

/** The name of the session that each event of a visitor is in: one pass in time order. */
function sessionsOf(facts: readonly EventFact[]): Map<EventFact, string> {
  const sessions = new Map<EventFact, string>();
  for (const [visitor, all] of Map.groupBy(facts, (fact) => fact.visitor)) {
    if (visitor === null) continue;
    let startMs = 0;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const fact of all.toSorted((a, b) => a.timeMs - b.timeMs)) {
      if (fact.timeMs - lastMs > 30 * MINUTE_MS) startMs = fact.timeMs;
      lastMs = fact.timeMs;
      sessions.set(fact, `${visitor}@${new Date(startMs).toISOString()}`);
    }
  }
  return sessions;
}

/** The names of those who acted in a group of their own; none before the first valid time. */
function ownersOf(facts: readonly EventFact[]): Set<string> {
  const own = facts.filter(({ ownsGroup, timeMs }) => ownsGroup && timeMs >= Date.parse("2000-01-01"));
  return new Set(own.map((fact) => keyOf(fact, "group").toLowerCase()));
}

function folded(key: string | null, by: CountQuery["by"], persons: ReadonlySet<string>): string | null {
  if (key === null || (by !== "group" && by !== "project")) return key;
  const [group = ""] = by === "project" ? key.split("/") : [key];
  return persons.has(group.toLowerCase()) ? "(personal)" : key;
}

function rowKey(fact: EventFact, session: string | null, { by, level }: CountQuery): string | null {
  if (by === "user") return level === "aggregate" ? null : (fact.user ?? "(none)");
  if (by === "session") return level === "aggregate" ? null : (session ?? "(none)");
  return keyOf(fact, by);
}

type EventFact = SampleFact & { readonly event: string };

/**
 * In each stream the first variant of an id stands, with all of its events or none; over all streams then the first of
 * those that stand and have events.
 */
function standingEvents(facts: readonly SampleFact[]): EventFact[] {
  const events = new Map<string, EventFact>();
  const standing = facts.filter((fact) =>
    isFirst(
      fact,
      facts.filter((other) => other.stream === fact.stream),
    ),
  );
  const counting = standing.filter(isFact);
  for (const fact of counting) {
    if (!isFirst(fact, counting)) continue;
    const name = `${fact.id} ${fact.event}`;
    const twin = events.get(name);
    if (twin === undefined || compareTwins(fact, twin) < 0) events.set(name, fact);
  }
  return [...events.values()];
}

function isFirst(fact: SampleFact, facts: readonly SampleFact[]): boolean {
  return facts.every((other) => other.id !== fact.id || rankOf(other) >= rankOf(fact));
}

/** Orders the variants of an id: that of whose bytes it is made, then by hash, then by log. */
export function rankOf({ id, variant, log }: Pick<SampleFact, "id" | "variant" | "log">): string {
  return `${id.endsWith(variant.slice(0, 24)) ? 0 : 1} ${variant} ${log}`;
}

function compareTwins(a: SampleFact, b: SampleFact): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  for (const name of ["operation", "detail", "instance", "plan", "group", "project", "category"] as const) {
    const order = compareText(keyOf(a, name), keyOf(b, name));
    if (order !== 0) return order;
  }
  return compareNames(a.user, b.user) || compareNames(a.visitor, b.visitor);
}

/** Nobody comes last. */
function compareNames(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return compareText(a, b);
}

function keyOf(fact: SampleFact, name: Exclude<CountQuery["by"], "user" | "session">): string {
  const absent = name === "operation" ? "none" : name === "detail" ? "(none)" : "(unknown)";
  return fact[name] || absent;
}

function spans(periods: readonly PeriodName[], days: number, asOfMs: number) {
  const all = [
    { period: "all" as const, fromMs: Date.parse("2000-01-01"), toMs: asOfMs },
    { period: "28d" as const, fromMs: asOfMs - 28 * DAY_MS, toMs: asOfMs },
    { period: "7d" as const, fromMs: asOfMs - 7 * DAY_MS, toMs: asOfMs },
  ];
  const daily = Array.from({ length: days }, (_, day) => ({
    period: "daily" as const,
    fromMs: asOfMs - (day + 1) * DAY_MS,
    toMs: asOfMs - day * DAY_MS,
  }));
  return [...all, ...daily].filter((span) => periods.includes(span.period));
}

function emptyRow(
  event: string,
  key: string | null,
  query: CountQuery,
  span: { period: PeriodName; fromMs: number; toMs: number },
): CountRow {
  const [from, to] = [span.fromMs, span.toMs].map((ms) => new Date(ms).toISOString().replace(".000Z", "Z"));
  return {
    event,
    segment: query.by,
    key,
    period: span.period,
    from: from ?? "",
    to: to ?? "",
    count: 0,
    unique_users: 0,
    sessions: null,
    sealed: false,
  };
}

function finished({ row, users, sessions }: Entry, query: CountQuery): CountRow {
  const hasSessions = query.withSessions || (query.by === "session" && query.level === "identifiable");
  const counted = { ...row, unique_users: users.size, sessions: hasSessions ? sessions.size : null };
  if (query.by !== "user" || query.level !== "aggregate") return counted;
  if (users.size === 0) return { ...counted, per_user: null };
  const counts = [...users.values()].sort((a, b) => a - b);
  const sum = counts.reduce((total, count) => total + count, 0);
  const middle = [counts[Math.floor((counts.length - 1) / 2)] ?? 0, counts[Math.floor(counts.length / 2)] ?? 0];
  const median = ((middle[0] ?? 0) + (middle[1] ?? 0)) / 2;
  return {
    ...counted,
    per_user: { mean: Math.round((sum / users.size) * 100) / 100, median, max: counts.at(-1) ?? 0 },
  };
}

function byAllParts(a: CountRow, b: CountRow): number {
  return (
    compareText(a.event, b.event) ||
    compareText(a.key ?? "", b.key ?? "") ||
    compareText(a.period, b.period) ||
    compareText(a.from, b.from)
  );
}

/** By code points, which is the order of the bytes in UTF-8. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
