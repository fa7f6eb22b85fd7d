/**
 * Goal: addresses, numbers and times of the page say what they should.
 * Method: values, and their texts.
 */
import { expect, it } from "vitest";
import { linkTo, linkWith, placeOf } from "../../src/explorer/page/address.ts";
import { utcText } from "../../src/explorer/page/moment.ts";
import { bytesText, changeText, countText, thingsText } from "../../src/explorer/page/quantity.ts";

const place = (link: string) => placeOf(new URL(link, "http://page"));

it("opens the view that an address names, and the counts where it names none", () => {
  expect(["/live", "/logs", "/counts", "/archive"].map((link) => place(link).view)).toEqual([
    "live",
    "logs",
    "counts",
    "archive",
  ]);
  expect(place("/").view).toBe("counts");
});

it("links to a view with what is asked there, also what is asked several times", () => {
  expect(linkTo("logs")).toBe("/logs");
  expect(linkTo("logs", { event: "git_push", group: null, user: "", field: ["a=1", "b=2"] })).toBe(
    "/logs?event=git_push&field=a%3D1&field=b%3D2",
  );
});

it("links to the same place with what has changed, and keeps the rest", () => {
  const here = place("/counts?by=plan&period=7d&event=a&event=b");
  expect(linkWith(here, { by: "group", period: null })).toBe("/counts?by=group&event=a&event=b");
  expect(linkWith(here, { by: "", as_of: "2020-12-23" })).toBe("/counts?period=7d&event=a&event=b&as_of=2020-12-23");
  expect(String(here.params)).toBe("by=plan&period=7d&event=a&event=b");
});

it("writes numbers with their units", () => {
  expect(countText(1_234_567)).toBe("1,234,567");
  expect([0, 1023, 1024, 1536, 1_048_576].map(bytesText)).toEqual(["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB"]);
  expect(bytesText(5000 * 1024 ** 5)).toBe("5000.0 PiB");
  expect([0, 1, 2000].map((count) => thingsText(count, "line"))).toEqual(["0 lines", "1 line", "2,000 lines"]);
  expect(thingsText(15, "hash")).toBe("15 hashes");
});

it("says how much more or less something is than before", () => {
  expect([changeText(9, 8), changeText(6, 8), changeText(8, 8)]).toEqual(["+12.5 %", "-25.0 %", "0.0 %"]);
  expect(changeText(8, 0)).toBeNull();
});

it("writes times in UTC, to the second", () => {
  expect(utcText("2020-12-22T23:30:09.999+05:30")).toBe("2020-12-22 18:00:09");
  expect(utcText(Date.UTC(2020, 11, 22, 17, 3, 9))).toBe("2020-12-22 17:03:09");
});
