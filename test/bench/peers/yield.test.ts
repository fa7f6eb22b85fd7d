import { describe, expect, it } from "vitest";
import { mustWrite, saysWrite, shortfall, yieldOf } from "../../../bench/peers/yield.ts";

async function* texts(...lines: readonly unknown[]): AsyncGenerator<string> {
  for (const line of lines) yield JSON.stringify(line);
}

describe("a yield", () => {
  it("of the corpus has the requests that may change something", async () => {
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", {}, null];
    const lines = texts(...methods.map((method) => ({ method })), { controller: "Projects" });
    expect(await yieldOf(lines, mustWrite)).toEqual({ lines: 11, writes: 4 });
  });

  it("of a peer has what its field says, whatever the method is", async () => {
    const lines = texts({ method: "POST", access_kind: "read" }, { access_kind: "write" });
    expect(await yieldOf(lines, saysWrite)).toEqual({ lines: 2, writes: 1 });
  });

  it.each([{ method: "POST" }, { access_kind: null }, { access_kind: "Write" }])(
    "is refused where the field is missing or has another value: %j",
    async (line) => {
      await expect(yieldOf(texts({ access_kind: "write" }, line), saysWrite)).rejects.toThrow('"access_kind" is');
    },
  );

  it("is refused where a line is no JSON", async () => {
    async function* cut(): AsyncGenerator<string> {
      yield '{"access_kind":"write"}';
      yield '{"access_kind":"wri';
    }
    await expect(yieldOf(cut(), saysWrite)).rejects.toThrow(SyntaxError);
  });
});

describe("a shortfall", () => {
  const expected = { lines: 10, writes: 4 };

  it("is none where all lines came, with the right field", () => {
    expect(shortfall(expected, { lines: 10, writes: 4 }, true)).toBeNull();
  });

  it.each([9, 11])("names %i lines instead of ten", (lines) => {
    expect(shortfall(expected, { lines, writes: 4 }, true)).toBe(`${lines} of 10 lines`);
  });

  it("names a field that was derived wrongly, unless it is not derived at all", () => {
    expect(shortfall(expected, { lines: 10, writes: 5 }, true)).toBe('"write" in 5 lines instead of 4');
    expect(shortfall(expected, { lines: 10, writes: 0 }, false)).toBeNull();
  });
});
