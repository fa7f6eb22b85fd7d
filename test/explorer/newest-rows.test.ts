/**
 * Goal: rows come in the order of their times, each once, and none before all that are newer.
 * Method: rows in any order, and what is handed over at each frontier.
 */
import { expect, it } from "vitest";
import { createNewestRows } from "../../src/cli/explore/logs/newest-rows.ts";
import type { SearchRow } from "../../src/explorer/logs-answers.ts";

it("hands rows over once nothing newer can come", () => {
  const rows = createNewestRows(4);
  const add = (...times: readonly (number | null)[]): void => {
    for (const time of times) if (rows.wants(time)) rows.add(time, { id: String(time) } as SearchRow);
  };
  const take = (frontierMs: number): string[] => rows.take(frontierMs).map(({ id }) => id);
  add(50, 30, 70, null);
  expect(take(60)).toEqual(["70"]);
  add(60, 40);
  expect(take(40)).toEqual(["60", "50"]);
  add(10, 20);
  expect(take(Number.NEGATIVE_INFINITY)).toEqual(["40"]);
  expect(rows.wants(35)).toBe(false);
});

it("keeps those of one moment in the order in which they came, also where no more are shown", () => {
  const rows = createNewestRows(3);
  for (const id of ["a", "b", "c", "d"]) if (rows.wants(5)) rows.add(5, { id } as SearchRow);
  rows.add(6, { id: "newer" } as SearchRow);
  expect(rows.take(Number.NEGATIVE_INFINITY).map(({ id }) => id)).toEqual(["newer", "a", "b"]);
});
