/**
 * Goal: an address says the same search to whoever opens it, and a step from it changes only what was meant.
 * Method: addresses, and what is made of them.
 */
import { describe, expect, it } from "vitest";
import { placeOf } from "../../src/explorer/page/address.ts";
import { tookText } from "../../src/explorer/page/logs/columns.ts";
import {
  conditionsOf,
  linkWithConditions,
  linkWithout,
  linkWithSpan,
  neighbours,
  presetLinks,
  searchParams,
  wholeSteps,
} from "../../src/explorer/page/logs/question.ts";
import { visible } from "../../src/explorer/page/logs/visible-text.ts";
import { barsOf } from "../../src/explorer/page/logs/waterfall.ts";

const ABOUT = { newest_until: "2020-12-23T00:00:00Z" };
const place = (query: string) => placeOf(new URL(`http://page/logs${query}`));

describe("the search of an address", () => {
  it("is the last day that has lines, unless it says a time or everything", () => {
    const lastDay = "since=2020-12-22T00%3A00%3A00Z&until=2020-12-23T00%3A00%3A00Z";
    expect(String(searchParams(place("?status=5xx&line=abc&columns=log"), ABOUT))).toBe(`${lastDay}&status=5xx`);
    expect(String(searchParams(place("?since=2h&limit=1000"), ABOUT))).toBe("since=2h&limit=1000");
    const week = "since=2020-12-16T00%3A00%3A00Z&until=2020-12-23T00%3A00%3A00Z";
    expect(String(searchParams(place("?span=7d"), ABOUT))).toBe(week);
    expect(String(searchParams(place("?span=all&log="), ABOUT))).toBe("");
    expect(String(searchParams(place(""), { newest_until: null }))).toBe("");
  });

  it("takes more conditions, replaces what stands once, and takes them out one by one", () => {
    const here = place("?status=5xx&field=a%3D1&line=abc&part=raw&columns=log&limit=1000");
    const more = [
      { name: "status", value: "503" },
      { name: "field", value: "b=2" },
      { name: "field", value: "a=1" },
    ];
    expect(linkWithConditions(here, more)).toBe("/logs?status=503&field=a%3D1&columns=log&field=b%3D2");
    const two = place("?field=a%3D1&field=b%3D2&status=");
    expect(conditionsOf(two)).toHaveLength(2);
    expect(linkWithout(two, { name: "field", value: "a=1" })).toBe("/logs?field=b%3D2&status=");
  });

  it("goes to spans near by, and to those that are often wanted", () => {
    const hour = { fromMs: Date.parse("2020-12-22T10:00:00Z"), toMs: Date.parse("2020-12-22T11:00:00Z") };
    const links = neighbours(hour).map(([label, span]) => [label, linkWithSpan(place("?span=all&log=shell"), span)]);
    const at = (since: string, until: string) =>
      `/logs?log=shell&since=2020-12-22T${since}%3A00Z&until=2020-12-22T${until}%3A00Z`;
    expect(links).toEqual([
      ["Earlier", at("09%3A30", "10%3A30")],
      ["Later", at("10%3A30", "11%3A30")],
      ["Zoom in", at("10%3A15", "10%3A45")],
      ["Zoom out", at("09%3A30", "11%3A30")],
    ]);
    const current = (query: string) => presetLinks(place(query), ABOUT).filter(({ isCurrent }) => isCurrent);
    expect(current("").map(({ label }) => label)).toEqual(["Last day"]);
    expect(current("?span=7d").map(({ label }) => label)).toEqual(["Last 7 days"]);
    expect(current("?span=all").map(({ label }) => label)).toEqual(["Everything"]);
    expect(current("?since=2h")).toEqual([]);
    const everything = presetLinks(place("?since=2h&until=1h&log=shell"), ABOUT).at(-1);
    expect(everything?.link).toBe("/logs?log=shell&span=all");
  });

  it("is dragged to whole steps", () => {
    expect(wholeSteps({ fromMs: 119_000, toMs: 121_000 }, 60_000)).toEqual({ fromMs: 60_000, toMs: 180_000 });
  });
});

describe("text of a log", () => {
  it("shows what would hide or turn it", () => {
    expect(visible("a\u001b[1m\tb\u007f\u202ec\ufeff\u0085")).toBe("a␛[1m␉b␡⟨U+202E⟩c⟨U+FEFF⟩⟨U+0085⟩");
    expect(visible("\u2028\ue000\ufffe")).toBe("⟨U+2028⟩⟨U+E000⟩⟨U+FFFE⟩");
    expect(visible("\ud800 \u{1f600} \ud83d")).toBe("⟨U+D800⟩ 😀 ⟨U+D83D⟩");
  });
});

describe("a duration", () => {
  it("is as exact as it is of use", () => {
    expect([0, 0.1234, 9.99, 10, 356.4, 999, 1000, 2412].map(tookText)).toEqual([
      "0 ms",
      "0.12 ms",
      "9.99 ms",
      "10 ms",
      "356 ms",
      "999 ms",
      "1.00 s",
      "2.41 s",
    ]);
  });
});

describe("a waterfall", () => {
  it("has a bar where each line's work lies in the whole", () => {
    const spans = [
      { start_ms: 1000, duration_ms: 100 },
      { start_ms: 1050, duration_ms: 25 },
      { start_ms: 1100, duration_ms: null },
      { start_ms: null, duration_ms: 5 },
    ];
    expect(barsOf(spans)).toEqual([{ x: 0, width: 100 }, { x: 50, width: 25 }, { x: 99.6, width: 0.4 }, null]);
  });
});
