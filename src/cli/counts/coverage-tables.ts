import type { LookReport } from "../../counts/coverage/archive-look.ts";
import { CARRIED_SEGMENTS } from "../../counts/coverage/carried.ts";
import type { AvailabilityRow, CoverageReport, LevelRow, PeriodRow } from "../../counts/coverage/coverage-report.ts";
import { FORM_WORDS, isByTwoRoads, LINE_FORMS, type LogRoads } from "../../counts/coverage/line-look.ts";
import { LEVELS } from "../../counts/reporting-policy.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import { shortDigest } from "./short-digest.ts";

/** For a terminal: the three tables, and what some of the lines tell. */
export function coverageTables(report: CoverageReport): string {
  const { deployment, catalogue, from, to, availability, levels, periods, looked_at: looked } = report;
  return [
    `${from.slice(0, DAY_CHARS)} to before ${to.slice(0, DAY_CHARS)} (UTC), ${deployment}, catalogue ${shortDigest(catalogue)}\n`,
    `${historyText(report)}\n`,
    `\nAvailability: how many of an event's lines carry it\n\n${availabilityTable(availability)}`,
    `\n${AVAILABILITY_LEGEND}`,
    `\nReporting levels\n\n${levelTable(levels)}`,
    `\nPeriods, by every segment\n\n${periodTable(periods)}`,
    `\n${lookedText(looked)}`,
  ].join("");
}

const AVAILABILITY_LEGEND = `100 % is available, less is available in part: the others count as "(unknown)", "(none)" or without user.
0 %: no line carried it. –: no such event in these days. A session is a visitor's: a user's, else an address's.
`;

const DAY_CHARS = "2020-12-22".length;

function historyText({ history }: CoverageReport): string {
  const { lines, first_day: first, last_day: last, sealed_through: sealed } = history;
  if (lines === 0) return "no lines";
  const days = first === null ? "" : `, from ${first} to ${last ?? first}`;
  return `${formatThings(lines, "line")}${days}, ${sealed === null ? "nothing sealed" : `sealed through ${sealed}`}`;
}

function availabilityTable(rows: readonly AvailabilityRow[]): string {
  const events = [...Map.groupBy(rows, ({ event }) => event).values()];
  const columns: Column<readonly AvailabilityRow[]>[] = [
    { head: "event", align: "left", cell: ([first]) => first?.event ?? "" },
    { head: "events", align: "right", cell: ([first]) => formatCount(first?.events ?? 0) },
    ...CARRIED_SEGMENTS.map((segment) => ({
      head: segment,
      align: "right" as const,
      cell: (ofEvent: readonly AvailabilityRow[]) => cellText(ofEvent.find((row) => row.segment === segment)),
    })),
  ];
  return formatTable(columns, events);
}

function cellText(row: AvailabilityRow | undefined): string {
  return row === undefined || row.events === 0 ? "–" : percent(row.carried, row.events);
}

/** Cut, so that 100 % is all of them; some are never 0 %. */
function percent(part: number, all: number): string {
  const tenths = Math.floor((1000 * part) / all);
  if (part > 0 && tenths === 0) return "<0.1 %";
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} %`;
}

function levelTable(rows: readonly LevelRow[]): string {
  const segments = [...Map.groupBy(rows, ({ segment }) => segment).values()];
  const columns: Column<readonly LevelRow[]>[] = [
    { head: "segment", align: "left", cell: ([first]) => first?.segment ?? "" },
    ...LEVELS.map((level) => ({
      head: level,
      align: "left" as const,
      cell: (ofSegment: readonly LevelRow[]) => levelText(ofSegment.find((row) => row.level === level)),
    })),
  ];
  return formatTable(columns, segments);
}

function levelText(row: LevelRow | undefined): string {
  if (row === undefined) return "";
  if (row.availability === "available") return "available";
  const rule = row.rule ?? "";
  return row.availability === "widened"
    ? `available, opened by reporting.identifiable beyond the rule "${rule}"`
    : `not possible, by the rule "${rule}"`;
}

function periodTable(rows: readonly PeriodRow[]): string {
  const columns: Column<PeriodRow>[] = [
    { head: "period", align: "left", cell: ({ period }) => period },
    { head: "from", align: "left", cell: ({ from }) => from.slice(0, DAY_CHARS) },
    { head: "to before", align: "left", cell: ({ to }) => to.slice(0, DAY_CHARS) },
    { head: "", align: "left", cell: periodText },
  ];
  return formatTable(columns, rows);
}

const PERIOD_WORDS: Readonly<Record<PeriodRow["availability"], string>> = {
  available: "available",
  in_progress: "in progress",
  in_part: "in part",
  not_seen: "not seen",
};

function periodText({ availability, days, days_with_lines: seen }: PeriodRow): string {
  return `${PERIOD_WORDS[availability]}: ${formatCount(seen)} of ${formatThings(days, "day")} ${seen === 1 ? "has" : "have"} lines`;
}

function lookedText({ lines, objects, is_all: isAll, users, logs }: LookReport): string {
  if (lines === 0) return "no lines to look at\n";
  const which = isAll ? `all ${formatThings(lines, "line")}` : `${formatThings(lines, "line")}, some of the newest`;
  return [
    `Looked at: ${which}, in ${formatThings(objects, "object")}\n\n`,
    `${roadTable(logs)}${twoRoadsText(logs.filter(isByTwoRoads), isAll)}`,
    `\n${usersText(users)}`,
  ].join("");
}

function roadTable(logs: readonly LogRoads[]): string {
  const columns: Column<LogRoads>[] = [
    { head: "log", align: "left", cell: ({ log }) => log },
    ...LINE_FORMS.map((form) => ({
      head: FORM_WORDS[form],
      align: "right" as const,
      cell: ({ roads }: LogRoads) => formatCount(roads.find((road) => road.form === form)?.lines ?? 0),
    })),
    { head: "requests by both", align: "right", cell: ({ requests_twice: twice }) => formatCount(twice) },
  ];
  return formatTable(columns, logs);
}

function twoRoadsText(logs: readonly LogRoads[], isAll: boolean): string {
  if (logs.length === 0) return "";
  const sum = (name: "requests" | "requests_twice"): number => logs.reduce((total, each) => total + each[name], 0);
  const twice = sum("requests_twice");
  const found =
    twice > 0
      ? `events of ${isAll ? "" : "at least "}${formatThings(twice, "request")} that came by both count twice`
      : `${formatThings(sum("requests"), "request")} looked at came by one of them each${isAll ? "" : ", others may count twice"}`;
  return `\nBy two roads: ${logs.map(({ log }) => log).join(", ")}; ${found} (hint: feed each log by one road)\n`;
}

function usersText(users: LookReport["users"]): string {
  const sum = (name: "number" | "name" | "nobody"): number => users.reduce((total, each) => total + each[name], 0);
  const [number, name, nobody] = [sum("number"), sum("name"), sum("nobody")];
  const all = number + name + nobody;
  if (all === 0) return "";
  return (
    `Of ${formatThings(all, "event")} in them ${percent(number, all)} name their user by number, ${percent(name, all)} by ` +
    `name only, ${percent(nobody, all)} name none.\n${bothText(users)}`
  );
}

/** Few names are enough: each that is seen once in a span is one user more of it. */
function bothText(users: LookReport["users"]): string {
  const rule = "A number and a name are never joined: who comes by both is two users.\n";
  const byBoth = users.filter(({ number, name }) => number > 0 && name > 0).map(({ event }) => event);
  return byBoth.length === 0 ? rule : `${rule}Events with users of both kinds: ${byBoth.join(", ")}\n`;
}
