/**
 * Goal: what stands beside the counts is right as hours are sealed: the day they end at, what is sealed, what they rest on.
 * Method: an archive in memory is filled and sealed in steps.
 */
import { describe, expect, it } from "vitest";
import { readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { DAY_MS, HOUR_MS } from "../../../src/core/units.ts";
import { readBooks, readBooksFor } from "../../../src/counts/books/stream-book.ts";
import { evidenceOf } from "../../../src/counts/evidence.ts";
import { apiLine, QUERY, type TestArchive, testArchive } from "./sealed-archive.ts";

const DAY = Date.UTC(2020, 11, 22);

function state(archive: TestArchive): Promise<readonly (string | null)[]> {
  return archive.counting(async (counts) => [await counts.defaultAsOf(), await counts.sealedThrough()]);
}

/** A record that holds newlines: what may run ahead is not told by its lane. */
function wrapped(timeMs: number): string {
  return JSON.stringify(JSON.parse(apiLine(timeMs)), null, 2);
}

describe("the newest hour", () => {
  it("is that of lines in their own hour, sealed or not", async () => {
    const archive = await testArchive();
    expect(await state(archive)).toEqual([null, null]);
    await archive.add([apiLine(DAY + 3 * HOUR_MS), "no json, and so without time"]);
    expect(await state(archive)).toEqual(["2020-12-23", null]);
    await archive.seal();
    expect(await state(archive)).toEqual(["2020-12-23", "2020-12-23T00:00:00Z"]);
    await archive.add([apiLine(DAY + 2 * DAY_MS)]);
    expect(await state(archive)).toEqual(["2020-12-25", "2020-12-24T00:00:00Z"]);
    await archive.seal();
    expect(await state(archive)).toEqual(["2020-12-25", "2020-12-25T00:00:00Z"]);
  });

  it("is not that of lines ahead of their hour, however many hours were sealed with them", async () => {
    for (const spanHours of [1, 24] as const) {
      const archive = await testArchive();
      await archive.add([apiLine(DAY)]);
      // Published on the next day, about a time weeks later.
      await archive.addMessage(wrapped(DAY + 20 * DAY_MS), DAY + DAY_MS + 5 * HOUR_MS);
      await archive.addMessage(apiLine(DAY + 20 * DAY_MS), DAY + DAY_MS + 5 * HOUR_MS);
      expect((await state(archive))[0]).toBe("2020-12-23");
      await archive.seal({ spanHours });
      expect((await state(archive))[0]).toBe("2020-12-23");
      await archive.addMessage(apiLine(DAY + DAY_MS), DAY + DAY_MS + HOUR_MS);
      await archive.seal({ spanHours });
      expect((await state(archive))[0]).toBe("2020-12-24");
    }
  });
});

describe("rows", () => {
  it("turn sealed one after the other", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY), apiLine(DAY + DAY_MS)]);
    const sealed = async () => {
      const rows = await archive.count({ periods: ["daily", "7d"], asOf: "2020-12-24", events: ["rest_request"] });
      return rows.map((row) => `${row.period} ${row.from.slice(0, 10)} ${row.sealed}`);
    };
    expect(await sealed()).toEqual(["7d 2020-12-17 false", "daily 2020-12-22 false", "daily 2020-12-23 false"]);
    await archive.seal({ overMs: DAY + DAY_MS });
    expect(await sealed()).toEqual(["7d 2020-12-17 false", "daily 2020-12-22 true", "daily 2020-12-23 false"]);
    await archive.seal();
    expect(await sealed()).toEqual(["7d 2020-12-17 true", "daily 2020-12-22 true", "daily 2020-12-23 true"]);
    await archive.add([apiLine(DAY + 1)]);
    expect(await sealed()).toEqual(["7d 2020-12-17 false", "daily 2020-12-22 false", "daily 2020-12-23 true"]);
  });
});

describe("the books of some periods", () => {
  it("give the same rows and state, and leave out days that these do not touch", async () => {
    const archive = await testArchive();
    const old = Array.from({ length: 14 }, (_, n) => apiLine(DAY - 3 * n * DAY_MS, { user_id: n % 3 }));
    await archive.add(old);
    await archive.seal({ withRollups: false });
    // As gc does: what is there may hold lines of any of its days.
    for await (const { name } of archive.store.list("wal/")) await archive.store.remove(name);
    // What is sealed of old days, with undated lines and without, and is still there.
    await archive.add([old[12] ?? "", apiLine(DAY - 36 * DAY_MS + 1)]);
    await archive.add(["no json", apiLine(DAY - 33 * DAY_MS + 1)]);
    await archive.seal({ withRollups: false });
    await archive.add([apiLine(DAY + DAY_MS)]);
    for (const asked of [
      { periods: ["7d", "daily"], days: 3, asOf: null },
      { periods: ["28d"], days: 28, asOf: null },
      { periods: ["daily"], days: 3, asOf: "2020-12-01" },
      { periods: ["7d"], days: 28, asOf: "2022-01-01" },
      { periods: ["all", "7d"], days: 28, asOf: null },
    ] as const) {
      const answerOf = (limited: boolean) =>
        archive.counting(
          async (counts) => {
            const asOf = asked.asOf ?? (await counts.defaultAsOf()) ?? "";
            const rows = await counts.rows({ ...QUERY, ...asked, asOf });
            return { rows, asOf, sealedThrough: await counts.sealedThrough() };
          },
          {},
          limited ? asked : undefined,
        );
      expect(await answerOf(true)).toEqual(await answerOf(false));
      const [book] = await readBooksFor(archive.store, asked);
      const days = new Set(book?.plans.map(({ span }) => span.day));
      days.delete("undated");
      expect(days.size < 14).toBe(!(asked.periods as readonly string[]).includes("all"));
    }
  });
});

describe("evidence", () => {
  it("is every manifest of a row's span with its hash, and what is not sealed of it", async () => {
    const archive = await testArchive();
    await archive.add([apiLine(DAY), apiLine(DAY + DAY_MS), apiLine(DAY + 12 * HOUR_MS)]);
    await archive.seal({ spanHours: 12 });
    await archive.add([apiLine(DAY + DAY_MS + 1)]);
    // A copy that adds nothing leaves a record, on which no count rests.
    await archive.add([apiLine(DAY)]);
    await archive.seal({ spanHours: 12, overMs: DAY + DAY_MS });
    const rows = await archive.count({ periods: ["daily", "7d"], asOf: "2020-12-24", events: ["rest_request"] });
    const evidence = evidenceOf(await readBooks(archive.store), rows);
    const manifests = (await readSealedPlans(archive.store, "local"))
      .filter(({ isRecord }) => !isRecord)
      .map(({ name, sha256 }) => ({ name, sha256 }));
    expect(manifests.length).toBe(3);
    const unsealed = [expect.stringMatching(/^wal\/local\/.*2020122300-2020122300.ndjson.zst$/)];
    expect(rows.map((row) => evidence.sets[evidence.setOf(row)])).toEqual([
      { from: "2020-12-17T00:00:00Z", to: "2020-12-24T00:00:00Z", manifests, unsealed },
      { from: "2020-12-22T00:00:00Z", to: "2020-12-23T00:00:00Z", manifests: manifests.slice(0, 2), unsealed: [] },
      { from: "2020-12-23T00:00:00Z", to: "2020-12-24T00:00:00Z", manifests: manifests.slice(2), unsealed },
    ]);
  });
});
