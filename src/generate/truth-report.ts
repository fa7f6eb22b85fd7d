import { dayName } from "../core/hour.ts";
import { DAY_MS } from "../core/units.ts";
import type { CountRow, PerUser } from "../counts/cube.ts";
import type { Cell, CellDay, Truth } from "./truth.ts";
import { visitAt } from "./visits.ts";

/** How many days the daily rows go back, as in `counts`. */
export const TRUTH_DAYS = 28;
const FIRST_DAY = Date.UTC(2000, 0, 1) / DAY_MS;

/** The true counts, in the words of `run --json` and of `counts --format json`. */
export interface TruthReport {
  /** The day after the newest line, `YYYY-MM-DD`. */
  readonly as_of: string;
  readonly lines_in: number;
  readonly archived: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly eventless: number;
  readonly events: Readonly<Record<string, number>>;
  /** Of all segments: sorted by segment, event, key, period and start. */
  readonly rows: readonly CountRow[];
}

export function truthReport({ totals, cells, visits }: Truth): TruthReport {
  const endDay = Math.floor(totals.newestMs / DAY_MS) + 1;
  const rows = [...cells].flatMap((cell) => cellRows(cell, visits, endDay)).toSorted(compareRows);
  return {
    as_of: dayName(endDay * DAY_MS),
    lines_in: totals.lines,
    archived: totals.lines - totals.duplicates,
    duplicates: totals.duplicates,
    quarantined: sorted(totals.quarantined),
    eventless: totals.eventless,
    events: sorted(totals.events),
    rows,
  };
}

/** As JSON, a row of counts in each line. */
export function truthJson({ rows, ...head }: TruthReport): string {
  const rowLines = rows.map((row) => `\n    ${JSON.stringify(row)}`).join(",");
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [${rowLines}\n  ]\n}\n`;
}

function cellRows({ event, segment, key, days }: Cell, visits: Truth["visits"], endDay: number): CountRow[] {
  const periods = [
    { period: "all", fromDay: FIRST_DAY, toDay: endDay },
    { period: "28d", fromDay: endDay - 28, toDay: endDay },
    { period: "7d", fromDay: endDay - 7, toDay: endDay },
    ...Array.from({ length: TRUTH_DAYS }, (_, ago) => {
      return { period: "daily", fromDay: endDay - ago - 1, toDay: endDay - ago } as const;
    }),
  ] as const;
  return periods.flatMap(({ period, fromDay, toDay }): CountRow[] => {
    const within = [...days].filter(([day]) => day >= fromDay && day < toDay).map(([, ofDay]) => ofDay);
    const users = usersOf(within);
    const count = sum([...users.values()]);
    if (count === 0) return [];
    users.delete("");
    const row: CountRow = {
      event,
      segment,
      key,
      period,
      from: midnight(fromDay),
      to: midnight(toDay),
      count,
      unique_users: users.size,
      sessions: sessionsOf(within, visits),
      sealed: false,
    };
    return [segment === "user" ? { ...row, per_user: perUser([...users.values()]) } : row];
  });
}

function usersOf(days: readonly CellDay[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { users } of days) {
    for (const [user, events] of users) all.set(user, (all.get(user) ?? 0) + events);
  }
  return all;
}

/** What these days tell of a visit may be parts of one session, by what else its visitor did. */
function sessionsOf(days: readonly CellDay[], visits: Truth["visits"]): number {
  const sessions = new Map<string, Set<unknown>>();
  for (const ofDay of days) {
    for (const [visitor, parts] of ofDay.visits) {
      const known = sessions.get(visitor) ?? new Set();
      sessions.set(visitor, known);
      for (const { firstMs } of parts) known.add(visitAt(visits.get(visitor) ?? [], firstMs));
    }
  }
  return sum([...sessions.values()].map(({ size }) => size));
}

function perUser(events: readonly number[]): PerUser | null {
  if (events.length === 0) return null;
  const ordered = events.toSorted((a, b) => a - b);
  const lower = ordered[(ordered.length - 1) >> 1] ?? 0;
  const upper = ordered[ordered.length >> 1] ?? 0;
  const mean = Math.round((100 * sum(events)) / events.length) / 100;
  return { mean, median: (lower + upper) / 2, max: ordered.at(-1) ?? 0 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function midnight(day: number): string {
  return `${dayName(day * DAY_MS)}T00:00:00Z`;
}

/** In the order of code points, in which `counts` sorts. */
function compareRows(a: CountRow, b: CountRow): number {
  for (const name of ["segment", "event", "key", "period", "from"] as const) {
    const order = Buffer.compare(Buffer.from(a[name] ?? ""), Buffer.from(b[name] ?? ""));
    if (order !== 0) return order;
  }
  return 0;
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
