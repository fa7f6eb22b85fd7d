/**
 * Goal: a waterfall tells no story that cannot be: what receives a request begins before what it asks of others.
 * Method: starts that are known, and starts of which only the second is known.
 */
import { describe, expect, it } from "vitest";
import { inOrderOfStart } from "../../src/explorer/page/logs/waterfall.ts";

interface Named {
  readonly name: string;
  readonly start_ms: number | null;
  readonly duration_ms: number | null;
  readonly is_to_the_second: boolean;
}

const known = (name: string, start: number | null): Named => ({
  name,
  start_ms: start,
  duration_ms: 10,
  is_to_the_second: false,
});
const vague = (name: string, start: number): Named => ({ ...known(name, start), is_to_the_second: true });

function ordered(...spans: Named[]): [string, number | null][] {
  return inOrderOfStart(spans).map(({ name, start_ms: start }) => [name, start]);
}

describe("the order of starts", () => {
  it("is that of the times where they are known, without time the last", () => {
    expect(ordered(known("undated", null), known("b", 7), known("a", 5))).toEqual([
      ["a", 5],
      ["b", 7],
      ["undated", null],
    ]);
  });

  it("has one that is known to the second where the first of the others began, and before it", () => {
    expect(ordered(known("gitaly", 5450), known("rails", 5400), vague("workhorse", 4700))).toEqual([
      ["workhorse", 5400],
      ["rails", 5400],
      ["gitaly", 5450],
    ]);
  });

  it("leaves it within its second where the others began before or after that", () => {
    expect(ordered(known("rails", 4500), vague("workhorse", 4700))).toEqual([
      ["rails", 4500],
      ["workhorse", 4700],
    ]);
    expect(ordered(known("rails", 9000), vague("workhorse", 4700))).toEqual([
      ["workhorse", 5699],
      ["rails", 9000],
    ]);
    expect(ordered(vague("workhorse", 4700), vague("shell", 4600))).toEqual([
      ["shell", 4600],
      ["workhorse", 4700],
    ]);
  });
});
