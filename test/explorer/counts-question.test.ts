/**
 * Goal: what an address asks of counts is asked of the server, for the table, its chart and what it is compared with; and what
 * comes back stands where it belongs.
 * Method: addresses and rows by hand, and what is made of them.
 */
import { describe, expect, it } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import type { CountsAnswer } from "../../src/explorer/answers.ts";
import { comparedRows, type Sort } from "../../src/explorer/page/counts/counted-rows.ts";
import {
  comparedQuestion,
  countsParams,
  countsQuestion,
  dailyParams,
  firstDayOf,
  unknownWord,
} from "../../src/explorer/page/counts/counts-question.ts";
import { dailyChart } from "../../src/explorer/page/counts/daily-chart.ts";

const DAY_MS = 86_400_000;
const AS_OF = "2020-12-23";

const questionOf = (query: string) => countsQuestion(new URLSearchParams(query));

function row(event: string, key: string | null, count: number, more: Partial<CountRow> = {}): CountRow {
  const [from, to] = ["2020-12-16T00:00:00Z", "2020-12-23T00:00:00Z"];
  const usual = { segment: "plan", period: "7d", from, to, unique_users: 0, sessions: null, sealed: true } as const;
  return { event, key, count, ...usual, ...more };
}

const answerOf = (rows: readonly CountRow[]) =>
  ({ counts: { rows, as_of: AS_OF }, unsealed_days: [] }) as unknown as CountsAnswer;

describe("the question of an address", () => {
  it("is asked in whole, and what is left out is the usual", () => {
    const asked = "event=git_push&by=group&level=identifiable&period=28d&as_of=2020-12-20&sessions=true";
    const query = (params: URLSearchParams) => {
      params.sort();
      return String(params);
    };
    const sorted = "as_of=2020-12-20&by=group&event=git_push&level=identifiable&period=28d&sessions=true";
    expect(query(countsParams(questionOf(asked)))).toBe(sorted);
    expect(query(countsParams(questionOf("by=&sessions=yes")))).toBe(
      "by=instance&level=aggregate&period=7d&sessions=false",
    );
  });

  it("says which of its words means nothing", () => {
    const problem = (query: string) => unknownWord(new URLSearchParams(query));
    expect(problem("by=moon")).toEqual({
      name: "by",
      problem:
        'ask with by="moon": It must be one of: instance, plan, group, project, user, session, detail, operation, category.',
    });
    expect(problem("by=plan&period=toString")?.problem).toMatch(/^ask with period="toString"/);
    expect(problem("level=all")?.name).toBe("level");
    expect(problem("by=plan&level=aggregate&period=28d&event=moon")).toBeNull();
    expect(problem("by=&period=")).toBeNull();
  });

  it("has a chart of as many days as it asks for, and of four weeks where that is not told", () => {
    const daysOf = (query: string) => {
      const params = dailyParams(questionOf(query));
      return [params.get("period"), params.get("days"), params.get("as_of"), params.get("sessions")];
    };
    expect(daysOf("period=7d&as_of=2020-12-20&sessions=true")).toEqual(["daily", "7", "2020-12-20", "false"]);
    expect(daysOf("period=28d")).toEqual(["daily", "28", null, "false"]);
    expect(daysOf("period=all")).toEqual(["daily", "28", null, "false"]);
  });

  it("is compared with the span before, or with what was before a day", () => {
    const before = (query: string) => comparedQuestion(questionOf(query), "2021-03-03")?.asOf ?? null;
    expect(before("period=7d&compare=before")).toBe("2021-02-24");
    expect(before("period=28d&compare=before")).toBe("2021-02-03");
    expect(before("period=all&compare=before")).toBeNull();
    expect(before("period=all&compare=2021-01-01")).toBe("2021-01-01");
    expect(before("period=daily&compare=before")).toBeNull();
    expect(before("period=daily&compare=2021-01-01")).toBeNull();
    expect(before("period=7d")).toBeNull();
    // Still to be chosen.
    expect(before("period=7d&compare=day")).toBeNull();
    const compared = comparedQuestion(questionOf("event=git_push&by=plan&compare=before"), AS_OF);
    expect(compared).toMatchObject({ event: "git_push", by: "plan", period: "7d" });
  });
});

describe("the rows of a table", () => {
  it("stand beside what the same event and key was before, of the same period", () => {
    const rows = [
      row("a", "free", 5),
      row("b", "free", 7),
      row("a", "gold", 9),
      row("a", "free", 1, { period: "all" }),
    ];
    const before = [row("a", "gold", 3), row("b", "free", 4), row("a", "free", 2, { period: "all" })];
    const told = (known: readonly CountRow[] | null) =>
      comparedRows(rows, "7d", known, "count").map(({ row: { event, key, count }, before: earlier }) =>
        [event, key, count, earlier].join(" "),
      );
    expect(told(before)).toEqual(["a gold 9 3", "b free 7 4", "a free 5 0"]);
    expect(told(null)).toEqual(["a gold 9 ", "b free 7 ", "a free 5 "]);
  });

  it("are sorted by what is chosen: figures from the largest on, names in their order", () => {
    const rows = [
      row("b", "x", 1, { unique_users: 3, sessions: 5 }),
      row("c", null, 3, { unique_users: 1, sessions: 6 }),
      row("a", "y", 2, { unique_users: 2, sessions: 4 }),
    ];
    const sorted = (sort: Sort) => comparedRows(rows, "7d", null, sort).map(({ row: { event } }) => event);
    expect(sorted("count")).toEqual(["c", "a", "b"]);
    expect(sorted("unique_users")).toEqual(["b", "a", "c"]);
    expect(sorted("sessions")).toEqual(["c", "b", "a"]);
    expect(sorted("event")).toEqual(["a", "b", "c"]);
    expect(sorted("key")).toEqual(["c", "b", "a"]);
  });
});

describe("the chart of the days", () => {
  const chartOf = (rows: readonly CountRow[], query = "event=git_push&by=plan") =>
    dailyChart(answerOf(rows), questionOf(query), null);
  const onDay = (day: string, event: string, key: string | null, count: number): CountRow =>
    row(event, key, count, { period: "daily", from: `2020-12-${day}T00:00:00Z` });

  it("has each count at its day, by key, or by event where all are asked for", () => {
    const rows = [
      onDay("16", "git_push", "free", 1),
      onDay("22", "git_push", "free", 2),
      onDay("17", "git_push", "gold", 9),
    ];
    const { times, stepMs, series } = chartOf(rows);
    expect(times.map((time) => new Date(time).toISOString().slice(8, 10)).join(" ")).toBe("16 17 18 19 20 21 22");
    expect(stepMs).toBe(DAY_MS);
    expect(series).toEqual([
      { label: "gold", values: [0, 9, 0, 0, 0, 0, 0] },
      { label: "free", values: [1, 0, 0, 0, 0, 0, 2] },
    ]);
    const more = [onDay("18", "git_pull", "free", 30), onDay("22", "git_push", "gold", 5)];
    const ofAll = chartOf([...rows, ...more], "by=plan").series;
    expect(ofAll).toEqual([
      { label: "git_pull", values: [0, 0, 30, 0, 0, 0, 0] },
      { label: "git_push", values: [1, 9, 0, 0, 0, 0, 7] },
    ]);
    expect(chartOf([onDay("22", "git_push", null, 4)], "event=git_push").series[0]?.label).toBe("all");
  });

  it("has no more keys than there are colours, and loses none of the others", () => {
    const rows = Array.from({ length: 8 }, (_, at) => onDay("22", "git_push", `k${at}`, at + 1));
    const labels = (each: readonly CountRow[]) =>
      chartOf(each).series.map(({ label, values }) => `${label} ${values.at(-1)}`);
    expect(labels(rows)).toEqual(["k7 8", "k6 7", "k5 6", "k4 5", "k3 4", "3 others 6"]);
    expect(labels(rows.slice(2))).toEqual(["k7 8", "k6 7", "k5 6", "k4 5", "k3 4", "k2 3"]);
  });

  it("marks the days that are not sealed yet, and none before the archive begins", () => {
    const openDays = (unsealed: readonly string[], oldest: string | null) =>
      dailyChart({ ...answerOf([]), unsealed_days: unsealed }, questionOf(""), firstDayOf({ oldest_from: oldest }))
        .openTimes?.map((time) => new Date(time).toISOString())
        .join(" ");
    const days = ["2020-12-21", "2020-12-19", "2020-12-17"];
    expect(openDays(days, "2020-12-19T07:00:00Z")).toBe("2020-12-19T00:00:00.000Z 2020-12-21T00:00:00.000Z");
    expect(openDays(days, "2020-12-01T00:00:00Z")).toMatch(/^2020-12-17/);
    expect(openDays([], "2020-12-01T00:00:00Z")).toBe("");
    expect(openDays(days, null)).toBe("");
  });
});
