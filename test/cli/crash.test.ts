/**
 * Goal: a fault of the program is told with all that led to it, within a limit, and without a secret.
 * Method: errors of several, errors that are their own cause, and a secret as JSON writes it.
 */
import { expect, it } from "vitest";
import { crashText } from "../../src/cli/terminal/crash.ts";
import { keepSecret, sayable } from "../../src/cli/terminal/secrecy.ts";

/** The first line of what is said of each error. */
function told(error: unknown): string[] {
  return crashText(error)
    .split("\n")
    .slice(1)
    .filter((line) => line !== "" && !line.startsWith("    at "));
}

it("tells causes, and each error of several", () => {
  const several = new AggregateError([new Error("one", { cause: new Error("under one") }), "two"], "all", {
    cause: new Error("over all"),
  });
  expect(told(new Error("top", { cause: several }))).toEqual([
    "Error: top",
    "caused by: AggregateError: all",
    "caused by: Error: over all",
    "caused by: Error: one",
    "caused by: thrown: two",
    "caused by: Error: under one",
  ]);
});

it("ends where errors do not", () => {
  const round = new Error("round");
  round.cause = round;
  expect(told(round)).toHaveLength(6);
  const errors = Array.from({ length: 100 }, (_, index) => new AggregateError([round], String(index)));
  expect(told(new AggregateError(errors, "many"))).toHaveLength(6);
});

it("hides a secret also as JSON writes it", () => {
  const secret = 'canary"key\\of\twords';
  keepSecret(secret);
  expect(sayable(`{"sent":${JSON.stringify(secret)}} ${secret}`)).toBe('{"sent":"[secret]"} [secret]');
});
