import type { PeriodName } from "../../../counts/period.ts";
import type { Level } from "../../../counts/reporting-policy.ts";
import type { Segment } from "../../../counts/segment.ts";
import type { About } from "../../answers.ts";

/** What the view is asked, as its address says it. */
export interface CountsQuestion {
  /** Empty for all. */
  readonly event: string;
  readonly by: Segment;
  readonly level: Level;
  readonly period: PeriodName;
  /** `YYYY-MM-DD`, exclusive; empty: the day after the newest line. */
  readonly asOf: string;
  /** What it is compared with: nothing, the span before, what was before a day, or a day that is still to be chosen. */
  readonly compare: string;
  readonly withSessions: boolean;
}

/** In the words of the page. */
export const PERIOD_WORDS: Readonly<Record<PeriodName, string>> = {
  "7d": "7 days",
  "28d": "28 days",
  all: "all time",
  daily: "each day",
};

export const SEGMENT_WORDS: Readonly<Record<Segment, string>> = {
  instance: "instance",
  plan: "plan",
  group: "group",
  project: "project",
  user: "user",
  session: "session",
  detail: "controller, route, operation",
  operation: "create, read, update, delete",
  category: "feature category",
};

export const LEVEL_WORDS: Readonly<Record<Level, string>> = { aggregate: "all together", identifiable: "each one" };

const MOST_CHART_DAYS = 28;
export const BEFORE = "before";
/** As long as no day is chosen nothing is compared. */
export const A_DAY = "day";
const DAY_MS = 86_400_000;
const PERIOD_DAYS: Readonly<Record<PeriodName, number | null>> = { "7d": 7, "28d": 28, all: null, daily: null };

/** Words of which an address may have one. */
const CHOICES = { by: SEGMENT_WORDS, level: LEVEL_WORDS, period: PERIOD_WORDS } as const;

/** A parameter of an address that means nothing. */
export interface UnknownWord {
  readonly name: string;
  readonly problem: string;
}

/** The first of them, where a word is to be chosen from a list; null without any. The server checks the rest. */
export function unknownWord(params: URLSearchParams): UnknownWord | null {
  for (const [name, words] of Object.entries(CHOICES)) {
    const word = params.get(name);
    if (word === null || word === "" || Object.hasOwn(words, word)) continue;
    return {
      name,
      problem: `ask with ${name}=${JSON.stringify(word)}: It must be one of: ${Object.keys(words).join(", ")}.`,
    };
  }
  return null;
}

/** What is left out is what is usual. */
export function countsQuestion(params: URLSearchParams): CountsQuestion {
  const oneOf = <Word extends string>(name: string, words: Readonly<Record<Word, unknown>>, usual: Word): Word => {
    const word = params.get(name) ?? "";
    return Object.hasOwn(words, word) ? (word as Word) : usual;
  };
  return {
    event: params.get("event") ?? "",
    by: oneOf("by", SEGMENT_WORDS, "instance"),
    level: oneOf("level", LEVEL_WORDS, "aggregate"),
    period: oneOf("period", PERIOD_WORDS, "7d"),
    asOf: params.get("as_of") ?? "",
    compare: params.get("compare") ?? "",
    withSessions: params.get("sessions") === "true",
  };
}

/** What the server is asked for the table. */
export function countsParams({ event, by, level, period, asOf, withSessions }: CountsQuestion): URLSearchParams {
  const params = new URLSearchParams({ by, level, period, sessions: String(withSessions) });
  if (event !== "") params.set("event", event);
  if (asOf !== "") params.set("as_of", asOf);
  return params;
}

/** What it is asked for the chart: a second question, since users of each day take longer to tell apart than all of them. */
export function dailyParams(question: CountsQuestion): URLSearchParams {
  const params = countsParams({ ...question, period: "daily", withSessions: false });
  params.set("days", String(chartDays(question)));
  return params;
}

/** How many days the chart goes back. */
export function chartDays({ period }: CountsQuestion): number {
  return PERIOD_DAYS[period] ?? MOST_CHART_DAYS;
}

/** The question that the first is compared with, once its as-of day is known; null for none. */
export function comparedQuestion(question: CountsQuestion, asOf: string): CountsQuestion | null {
  const days = PERIOD_DAYS[question.period];
  if (question.compare === "" || question.compare === A_DAY || question.period === "daily") return null;
  if (question.compare !== BEFORE) return { ...question, asOf: question.compare };
  return days === null ? null : { ...question, asOf: dayBefore(asOf, days) };
}

/** `YYYY-MM-DD`: the first day that the archive has lines of; null without any. */
export function firstDayOf({ oldest_from: oldest }: Pick<About, "oldest_from">): string | null {
  return oldest?.slice(0, 10) ?? null;
}

/** The day so many days before another; both `YYYY-MM-DD`. */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
