/** Goal: numbers read easily and say their unit. Method: tables, with the borders between units. */
import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatRatio, formatThings } from "../../src/cli/terminal/quantity.ts";

describe("a quantity", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [999_999.6, "1,000,000"],
    [1_234_567, "1,234,567"],
    [-1_234_567, "-1,234,567"],
    [Number.MAX_SAFE_INTEGER, "9,007,199,254,740,991"],
  ])("of %d is %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 2, "1.0 MiB"],
    [1024 ** 3 * 2.5, "2.5 GiB"],
  ])("of %d bytes is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("has one thing, and several things", () => {
    expect([0, 1, 2, 1000].map((count) => formatThings(count, "object"))).toEqual([
      "0 objects",
      "1 object",
      "2 objects",
      "1,000 objects",
    ]);
  });

  it("has a ratio, or a dash without anything stored", () => {
    expect(formatRatio(690, 100)).toBe("6.9:1");
    expect(formatRatio(0, 0)).toBe("–");
  });
});
