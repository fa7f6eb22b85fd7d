/** Goal: sizes mean what people write, and anything doubtful is refused. Method: a table, and a round trip. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSize, parseSizeBytes } from "../../src/config/size.ts";

describe("parseSizeBytes", () => {
  it.each([
    [65_536, 65_536],
    ["65536", 65_536],
    ["12 B", 12],
    ["1 KiB", 1024],
    ["64 MiB", 67_108_864],
    ["64MiB", 67_108_864],
    ["2 GiB", 2_147_483_648],
  ])("reads %j", (written, bytes) => {
    expect(parseSizeBytes(written)).toBe(bytes);
  });

  it.each(["", "MiB", "64 MB", "64 mib", "1.5 MiB", "-1", "64  MiB", "1e3", "9999999999 GiB", 1.5, -1, 1e21])(
    "refuses %j",
    (written) => {
      expect(parseSizeBytes(written)).toBeNull();
    },
  );

  it("reads back what formatSize writes", () => {
    const bytes = fc.oneof(
      fc.nat(),
      fc.nat(4096).map((count) => count * 1024 ** 2),
    );
    fc.assert(
      fc.property(bytes, (sizeBytes) => {
        expect(parseSizeBytes(formatSize(sizeBytes))).toBe(sizeBytes);
      }),
      { numRuns: 200 },
    );
    expect(formatSize(1024 ** 3)).toBe("1 GiB");
  });
});
