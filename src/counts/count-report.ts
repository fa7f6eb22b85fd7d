import { dayName } from "../core/hour.ts";
import { DAY_MS } from "../core/units.ts";
import type { CountQuery, CountRow, PeriodName } from "./cube.ts";

/** What `counts --format json` says above its rows. */
export interface CountsHeader {
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly deployment: "saas" | "self_managed";
  /** Null where the lines carry several. */
  readonly instance: string | null;
  readonly level: "aggregate" | "identifiable";
  /** Digest of the catalogue: `sha256:…`. */
  readonly catalogue: string;
  /** Fingerprint of the key that made the pseudonyms; null where none was used. */
  readonly pseudonymKey: string | null;
}

/** The JSON document, indented, ended by LF. */
export function countsJson(header: CountsHeader, rows: readonly CountRow[]): string {
  const document = {
    as_of: header.asOf,
    deployment: header.deployment,
    instance: header.instance,
    level: header.level,
    catalogue: header.catalogue,
    pseudonym_key: header.pseudonymKey,
    sealed_through: null,
    rows,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * RFC 4180 with LF: empty for null, values as they are. The distribution per user has no column here; a key that a
 * spreadsheet would take for a formula is not disarmed, because that would change it for everybody else.
 */
export function countsCsv(rows: readonly CountRow[]): string {
  const lines = rows.map((row) => CSV_COLUMNS.map((column) => csvField(row[column])).join(","));
  return [CSV_COLUMNS.join(","), ...lines, ""].join("\n");
}

/**
 * For a terminal: a line for each event and key, no colours. A row that is missing is a count of zero, since rows
 * stand only for counts above it.
 */
export function countsTable(rows: readonly CountRow[], query: CountQuery): string {
  const totals = TOTALS.filter(({ period }) => query.periods.includes(period));
  const widest = totals[0]?.period ?? null;
  const byUser = query.by === "user";
  const daily = query.periods.includes("daily") && query.days > 0;
  const columns: Column[] = [
    { head: "event", align: "left", cell: (group) => printable(group.event) },
    ...(byUser ? [] : [keyColumn(query.by)]),
    ...totals.map(({ period, head }) => numberColumn(head, period, (row) => row.count)),
    ...(widest === null ? [] : [numberColumn("users", widest, (row) => row.unique_users)]),
    ...(widest === null || !byUser ? [] : PER_USER.map((name) => perUserColumn(name, widest))),
    ...(daily ? [dailyColumn(query)] : []),
  ];
  const groups = groupRows(rows);
  return layOut(columns, groups);
}

const CSV_COLUMNS = [
  "event",
  "segment",
  "key",
  "period",
  "from",
  "to",
  "count",
  "unique_users",
  "sessions",
  "sealed",
] as const;

/** Widest first: the users are those of the first that was asked for. */
const TOTALS: readonly { readonly period: PeriodName; readonly head: string }[] = [
  { period: "all", head: "all time" },
  { period: "28d", head: "28 days" },
  { period: "7d", head: "7 days" },
];

const PER_USER = ["mean", "median", "max"] as const;

function csvField(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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

interface Column {
  readonly head: string;
  readonly align: "left" | "right";
  readonly cell: (group: Group) => string;
}

function keyColumn(head: string): Column {
  return { head, align: "left", cell: (group) => printable(group.key ?? "") };
}

function numberColumn(head: string, period: PeriodName, value: (row: CountRow) => number): Column {
  const cell = (group: Group) => {
    const row = group.totals.get(period);
    return NUMBER.format(row === undefined ? 0 : value(row));
  };
  return { head, align: "right", cell };
}

function perUserColumn(name: (typeof PER_USER)[number], period: PeriodName): Column {
  const cell = (group: Group) => {
    const value = group.totals.get(period)?.per_user?.[name];
    return value === undefined ? "" : NUMBER.format(value);
  };
  return { head: `${name}/user`, align: "right", cell };
}

function dailyColumn({ asOf, days }: CountQuery): Column {
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

/** Keys come from log lines: nothing in them may move the cursor, colour the screen or turn the text around. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Plain padding: cli-table3 takes a minute for 30,000 lines. */
function layOut(columns: readonly Column[], groups: readonly Group[]): string {
  const padded = columns.map(({ head, align, cell }) => {
    const cells = [head, ...groups.map(cell)];
    const widths = cells.map(displayWidth);
    const widest = widths.reduce((a, b) => Math.max(a, b));
    return cells.map((text, index) => {
      const padding = " ".repeat(widest - (widths[index] ?? 0));
      return align === "left" ? text + padding : padding + text;
    });
  });
  const lines = [0, ...groups.keys().map((index) => index + 1)];
  return lines
    .map(
      (line) =>
        `${padded
          .map((cells) => cells[line])
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Columns of a terminal: two for East Asian wide characters and emoji, none for marks that join the one before. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  const wide = text.match(
    /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/gu,
  );
  const joined = text.match(/[\p{Mn}\p{Me}\p{Cf}]/gu);
  return Array.from(text).length + (wide?.length ?? 0) - (joined?.length ?? 0);
}
