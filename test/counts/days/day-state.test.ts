/**
 * Goal: how many lines of a day there are never gets fewer, whatever is sealed, repeated, in conflict or removed, and is
 * more with every line that could change a count: published counts rely on it.
 * Method: an archive in memory, filled and sealed step by step as the commands do it.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/core/units.ts";
import type { AskedPeriods } from "../../../src/counts/books/stream-book.ts";
import type { DayState } from "../../../src/counts/days/day-state.ts";
import { versionOf } from "../../../src/counts/publication/count-document.ts";
import { apiLine, entryLine, type TestArchive, testArchive } from "../facts/sealed-archive.ts";

const DAY = Date.UTC(2020, 11, 22);
const DAYS: AskedPeriods = { periods: ["daily"], days: 3, asOf: "2020-12-24" };

/** Of the day, and of the one after. */
function states(archive: TestArchive, asked = DAYS): Promise<DayState[]> {
  const days = [DAY / DAY_MS, DAY / DAY_MS + 1];
  return archive.counting((counts) => Promise.resolve(days.map((day) => counts.dayState(day))), {}, asked);
}

describe("the state of a day", () => {
  it("has each line once, sealed or not, and a seal makes its version higher by itself", async () => {
    const archive = await testArchive();
    const lines = Array.from({ length: 30 }, (_, hour) => apiLine(DAY + hour * HOUR_MS));
    await archive.add([...lines, ...lines.slice(0, 5), "no json"]);
    const [bare, next] = await states(archive);
    expect([bare, next]).toEqual([
      { lines: 24, isSealed: false },
      { lines: 6, isSealed: false },
    ]);
    await archive.add(lines.slice(3, 9));
    expect(await states(archive)).toEqual([bare, next]);
    await archive.seal({ overMs: DAY + 12 * HOUR_MS });
    expect(await states(archive)).toEqual([bare, next]);
    await archive.seal();
    const sealed = await states(archive);
    expect(sealed).toEqual([
      { lines: 24, isSealed: true },
      { lines: 6, isSealed: true },
    ]);
    await archive.add([apiLine(DAY + 5 * HOUR_MS, { user_id: 7 })]);
    const [late] = await states(archive);
    expect(late).toEqual({ lines: 25, isSealed: false });
    expect(await states(archive, { ...DAYS, periods: ["all"] })).toEqual(await states(archive));
    const versions = [bare, sealed[0], late].map((state) => versionOf(state ?? { lines: 0, isSealed: false }));
    expect(versions).toEqual([48, 49, 50]);
    await archive.seal();
    expect((await states(archive))[0]).toEqual({ lines: 25, isSealed: true });
  });

  it("is more by a line that takes one out of the counts", async () => {
    const archive = await testArchive();
    await archive.add([entryLine(DAY, "1", { route: "/x" }), entryLine(DAY, "2")]);
    const [before] = await states(archive);
    await archive.seal();
    for (const change of ["a", "b", "c"]) await archive.add([entryLine(DAY, "1", { route: null, text: change })]);
    const [after] = await states(archive);
    expect([before?.lines, after?.lines]).toEqual([2, 5]);
    await archive.seal();
    expect((await states(archive))[0]).toEqual({ lines: 5, isSealed: true });
  });

  it("has the lines of all streams", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY)], "a");
    await archive.add([apiLine(DAY), apiLine(DAY + HOUR_MS)], "b");
    expect((await states(archive))[0]?.lines).toBe(3);
    await archive.seal({ stream: "b" });
    expect((await states(archive))[0]).toEqual({ lines: 3, isSealed: false });
  });
});
