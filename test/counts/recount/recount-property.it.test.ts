/**
 * Goal: a recount finds nothing, wherever lines came, came again and were sealed.
 * Method: archives in memory, filled, sealed and counted as the commands do it, at random moments and in two streams;
 * most lines are variants of others that count otherwise. No process is started, but it takes half a minute.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/core/units.ts";
import { apiLine, entryLine, testArchive } from "../facts/sealed-archive.ts";
import { recountOf } from "./recounting.ts";

const DAY = Date.UTC(2020, 11, 22);

/** Few times, users and texts, so that the same line comes often, and variants of one that count otherwise or nothing. */
const row = fc
  .record({
    kind: fc.constantFrom("api", "entry", "entry", "entry", "bad"),
    hour: fc.constantFrom(0, 0, 7, 24 * 400),
    user: fc.integer({ min: 1, max: 2 }),
    change: fc.constantFrom({}, { text: "a" }, { text: "b", tag: "rails.audit" }, { text: "c", method: "POST" }),
  })
  .map(({ kind, hour, user, change }) => {
    const timeMs = DAY + hour * HOUR_MS + user;
    if (kind === "bad") return `no json ${user}`;
    const line = { ...change, user_id: user };
    return kind === "api" ? apiLine(timeMs, line) : entryLine(timeMs, String(user), line);
  });

const arrival = fc.array(
  fc.record({
    lines: fc.array(row, { minLength: 1, maxLength: 10 }),
    stream: fc.constantFrom("local", "local", "other"),
    seals: fc.constantFrom(null, null, 1 as const, 6 as const),
    overMs: fc.constantFrom(DAY + 8 * HOUR_MS, DAY + 500 * DAY_MS),
  }),
  { minLength: 2, maxLength: 5 },
);

describe("lines in any order, sealed at any times, in several streams", () => {
  it("are recounted without a difference", async () => {
    await fc.assert(
      fc.asyncProperty(arrival, async (parts) => {
        const archive = await testArchive();
        for (const { lines, stream, seals, overMs } of parts) {
          await archive.add(lines, stream);
          if (seals !== null) await archive.seal({ stream, overMs, spanHours: seals, segmentBytes: 500 });
        }
        const { found, lines } = await recountOf(archive);
        expect(found).toEqual([]);
        expect(lines).toBeGreaterThan(0);
        expect(lines).toBeLessThanOrEqual(parts.flatMap((part) => part.lines).length);
      }),
      { numRuns: 12 },
    );
  });
});
