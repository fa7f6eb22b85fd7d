import { dayName } from "../../core/hour.ts";
import { DAY_MS } from "../../core/units.ts";
import type { CountQuery, CountRow } from "../../counts/cube.ts";
import type { PeriodName } from "../../counts/period.ts";
import { KEY_COLUMNS } from "../../counts/segment.ts";
import { type Column, formatTable } from "../terminal/table.ts";

/**
 * For a terminal: a line for each event and key, no colours. A row that is missing is a count of zero, since rows
 * stand only for counts above it.
 */
export function countsTable(rows: readonly CountRow[], query: CountQuery): string {
  if (rows.length === 0) return "no events\n";
  const totals = TOTALS.filter(({ period }) => query.periods.includes(period));
  const widest = totals[0]?.period ?? null;
  const hasKeys = query.level === "identifiable" || KEY_COLUMNS[query.by] !== null;
  const hasSpread = query.level === "aggregate" && query.by === "user";
  const daily = query.periods.includes("daily") && query.days > 0;
  const columns: Column<Group>[] = [
    { head: "event", align: "left", cell: (group) => group.event },
    ...(hasKeys ? [keyColumn(query.by)] : []),
    ...totals.map(({ period, head }) => numberColumn(head, period, (row) => row.count)),
    ...(widest === null ? [] : [numberColumn(`users ${headOf(widest)}`, widest, (row) => row.unique_users)]),
    ...(widest === null || !query.withSessions
      ? []
      : [numberColumn(`sessions ${headOf(widest)}`, widest, (row) => row.sessions ?? 0)]),
    ...(widest === null || !hasSpread ? [] : PER_USER.map((name) => perUserColumn(name, widest))),
    ...(daily && widest === null ? [sumColumn()] : []),
    ...(daily ? [dailyColumn(query)] : []),
  ];
  return formatTable(columns, groupRows(rows));
}

/** Widest first: the users are those of the first that was asked for. */
const TOTALS: readonly { readonly period: PeriodName; readonly head: string }[] = [
  { period: "all", head: "all time" },
  { period: "28d", head: "28 days" },
  { period: "7d", head: "7 days" },
];

const PER_USER = ["mean", "median", "max"] as const;

function headOf(period: PeriodName): string {
  return TOTALS.find((each) => each.period === period)?.head ?? period;
}

/** The rows of one event and key. */
interface Group {
  readonly event: string;
  readonly key: string | null;
  readonly totals: Map<PeriodName, CountRow>;
  /** Counts by start of the day. */
  readonly days: Map<string, number>;
}

function groupRows(rows: readonly CountRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const name = JSON.stringify([row.event, row.key]);
    const group = groups.get(name) ?? { event: row.event, key: row.key, totals: new Map(), days: new Map() };
    groups.set(name, group);
    if (row.period === "daily") group.days.set(row.from, row.count);
    else group.totals.set(row.period, row);
  }
  return [...groups.values()];
}

function keyColumn(head: string): Column<Group> {
  return { head, align: "left", cell: (group) => group.key ?? "" };
}

function numberColumn(head: string, period: PeriodName, value: (row: CountRow) => number): Column<Group> {
  const cell = (group: Group) => {
    const row = group.totals.get(period);
    return NUMBER.format(row === undefined ? 0 : value(row));
  };
  return { head, align: "right", cell };
}

/** Where only days are asked for: what the bars add up to. */
function sumColumn(): Column<Group> {
  const cell = ({ days }: Group) => NUMBER.format(days.values().reduce((sum, count) => sum + count, 0));
  return { head: "count", align: "right", cell };
}

function perUserColumn(name: (typeof PER_USER)[number], period: PeriodName): Column<Group> {
  const cell = (group: Group) => {
    const value = group.totals.get(period)?.per_user?.[name];
    return value === undefined ? "" : NUMBER.format(value);
  };
  return { head: `${name}/user`, align: "right", cell };
}

function dailyColumn({ asOf, days }: CountQuery): Column<Group> {
  const endMs = Date.parse(`${asOf}T00:00:00Z`);
  const names = Array.from({ length: days }, (_, index) => dayName(endMs - (days - index) * DAY_MS));
  const head = `daily ${names[0]} to ${names.at(-1)}`;
  return {
    head,
    align: "left",
    cell: (group) => sparkline(names.map((name) => group.days.get(`${name}T00:00:00Z`) ?? 0)),
  };
}

const BARS = "▁▂▃▄▅▆▇█";

/** One character a day, scaled to the largest of the series; a day without events is a dot. */
function sparkline(counts: readonly number[]): string {
  const largest = Math.max(...counts);
  return counts.map((count) => (count === 0 ? "·" : BARS[Math.ceil((count / largest) * BARS.length) - 1])).join("");
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
