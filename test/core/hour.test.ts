/** Goal: hours and their names go back and forth, and no name stands for two hours. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayName, hourName, hourOf, parseHourName, UNDATED_HOUR } from "../../src/core/hour.ts";

const hour = fc.integer({ min: Date.UTC(2000, 0) / 3_600_000, max: Date.UTC(2100, 0) / 3_600_000 - 1 });

describe("hours", () => {
  it("begin at the full hour, before 1970 too", () => {
    expect([0, 3_599_999, 3_600_000, -1].map(hourOf)).toEqual([0, 0, 1, -1]);
  });

  it("have names in UTC", () => {
    expect(hourName(hourOf(Date.parse("2020-12-22T09:59:59.999Z")))).toBe("2020122209");
    expect(hourName(UNDATED_HOUR)).toBe("undated");
    expect(dayName(Date.parse("2020-12-22T23:59:59.999Z"))).toBe("2020-12-22");
  });

  it("are found again by their names, which sort as they do", () => {
    fc.assert(
      fc.property(hour, hour, (a, b) => {
        expect(parseHourName(hourName(a))).toBe(a);
        expect(hourName(a) < hourName(b)).toBe(a < b);
      }),
      { numRuns: 300 },
    );
    expect(parseHourName("undated")).toBe(UNDATED_HOUR);
  });

  it.each(
    [
      ["", "2020", "20201222", "20201222090", "2020122224", "2020023009", "2021022909", "2020130109", "2020000109"],
      ["2020122299", " 2020122209", "2020122209 ", "20201222T9", "Undated", "1970010100", "+020122209"],
    ].flat(),
  )("are not named %j", (name) => {
    expect(parseHourName(name)).toBe(null);
  });
});
