/**
 * Goal: what is asked of the server in a way that cannot be meant is refused, and never answered as something else.
 * Method: parameters as they stand in addresses, and what is read of them.
 */
import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import { askedConditions } from "../../src/cli/explore/asked-lines.ts";
import { type AskedParams, askedParams } from "../../src/cli/explore/asked-params.ts";

const asked = (query: string): AskedParams => askedParams(new URLSearchParams(query));

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

it("reads values as options are read, and takes an empty one for none", () => {
  expect(asked("days=7").one("days", wholeNumber)).toBe(7);
  expect(asked("days=").one("days", wholeNumber)).toBeUndefined();
  expect(asked("").one("days", wholeNumber)).toBeUndefined();
  expect(asked("days=7&days=&days=8").all("days", wholeNumber)).toEqual([7, 8]);
});

it("refuses a value that makes no sense, and a second one where there is one", () => {
  expect(() => asked("days=x").one("days", wholeNumber)).toThrow('ask with days="x": It must be a whole number.');
  expect(() => asked("days=7&days=8").one("days", wholeNumber)).toThrow('ask with "days" 2 times: once is enough');
});

it("refuses what nobody has asked for", () => {
  const params = asked("days=7&dayz=8");
  params.one("days", wholeNumber);
  expect(() => params.end()).toThrow('ask with "dayz": no such parameter');
  params.all("dayz", wholeNumber);
  expect(() => params.end()).not.toThrow();
});

it("reads each condition on lines by its name, and none that is missing", () => {
  const params = asked("log=a&event=b&user=c&group=d&project=e&correlation_id=f&status=5xx&text=g");
  expect(askedConditions(params)).toEqual({
    log: "a",
    event: "b",
    user: "c",
    group: "d",
    project: "e",
    correlationId: "f",
    status: "5xx",
    text: "g",
  });
  expect(() => params.end()).not.toThrow();
  expect(askedConditions(asked("log="))).toEqual({});
});
