/** Goal: an option takes what it says and nothing near it. Method: tables. */
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { collect, day, integerUpTo, oneOf } from "../../src/cli/options/options.ts";

const positiveInteger = integerUpTo(999_999_999);

describe("an option", () => {
  it("takes one of its words", () => {
    const parse = oneOf(["table", "json"] as const);
    expect(parse("json")).toBe("json");
    for (const wrong of ["JSON", "", "tab"]) {
      expect(() => parse(wrong)).toThrow(new InvalidArgumentError("It must be one of: table, json."));
    }
  });

  it("that may be repeated keeps all its values in order", () => {
    const parse = collect(positiveInteger);
    expect(parse("2", parse("1", parse("3")))).toEqual([3, 1, 2]);
  });

  it.each([
    ["1", 1],
    ["28", 28],
    ["999999999", 999_999_999],
  ])("takes the number %s", (text, number) => {
    expect(positiveInteger(text)).toBe(number);
  });

  it.each(["0", "-1", "1.5", "1e3", "01", " 1", "", "1000000000", "x"])("takes no such number: %j", (text) => {
    expect(() => positiveInteger(text)).toThrow(InvalidArgumentError);
  });

  it("takes no number above its limit", () => {
    expect(integerUpTo(28)("28")).toBe(28);
    expect(() => integerUpTo(28)("29")).toThrow("It must be a whole number from 1 to 28.");
  });

  it("takes a day of the calendar", () => {
    expect(day("2020-02-29")).toBe("2020-02-29");
    for (const wrong of ["2021-02-29", "2020-2-29", "2020-02-29T00:00:00Z", "2020-00-01", "29.02.2020", ""]) {
      expect(() => day(wrong)).toThrow(InvalidArgumentError);
    }
  });
});
