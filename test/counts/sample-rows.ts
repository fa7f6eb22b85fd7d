import type { CountQuery, CountRow } from "../../src/counts/cube.ts";

export const QUERY: CountQuery = {
  by: "plan",
  level: "aggregate",
  events: null,
  periods: ["all", "28d", "7d", "daily"],
  days: 7,
  asOf: "2020-12-24",
  withSessions: true,
  foldsPersonal: false,
};

const SPANS = {
  all: "2000-01-01T00:00:00Z",
  "28d": "2020-11-26T00:00:00Z",
  "7d": "2020-12-17T00:00:00Z",
  daily: "2020-12-23T00:00:00Z",
};

export function row(change: Partial<CountRow> = {}): CountRow {
  return {
    event: "git_push",
    segment: "plan",
    key: "gold",
    period: "7d",
    from: SPANS[change.period ?? "7d"],
    to: "2020-12-24T00:00:00Z",
    count: 12,
    unique_users: 3,
    sessions: null,
    sealed: false,
    ...change,
  };
}

export function day(date: string, count: number, change: Partial<CountRow> = {}): CountRow {
  return row({ period: "daily", from: `2020-12-${date}T00:00:00Z`, count, ...change });
}
