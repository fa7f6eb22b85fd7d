/**
 * Goal: what comes by two roads is found in an archive of which only a part can be looked at, and two roads that share
 * no request are not accused.
 * Method: one traffic as FluentD records and as log entries, in objects of several blocks that begin at other times, in
 * one stream and in two; roads that each have requests of their own.
 */
import { describe, expect, it } from "vitest";
import { walLines } from "../../../src/archive/line-object.ts";
import { listWal } from "../../../src/archive/wal-reader.ts";
import { SECOND_MS } from "../../../src/core/units.ts";
import { type ArchiveLookLimits, type LookReport, lookAtArchive } from "../../../src/counts/coverage/archive-look.ts";
import { simulated } from "../../generate/simulated.ts";
import { apiLine, entryLine, testArchive } from "../facts/sealed-archive.ts";
import { newLineLook } from "./sample-look.ts";

/** Of each stream a few blocks, in which the roads never meet. */
const LIMITS: ArchiveLookLimits = {
  newest: { blocks: 2, blocksOfObject: 1, lines: 100_000, beforeHour: Number.POSITIVE_INFINITY },
  around: { metaBlocks: 100, blocks: 8, reachMs: 30 * SECOND_MS },
  moments: 2,
};
const LINES = 6000;
const DAY = Date.UTC(2020, 11, 22, 8);

async function lookAt(
  adding: readonly (readonly [lines: readonly string[], stream?: string])[],
  limits: Partial<ArchiveLookLimits> = {},
): Promise<LookReport> {
  const archive = await testArchive();
  for (const [lines, stream] of adding) await archive.add(lines, stream);
  const objects = await Array.fromAsync(listWal(archive.store, null));
  const streams = [...Map.groupBy(objects, ({ stream }) => stream).values()];
  return lookAtArchive(
    streams.map((ofStream) => ofStream.map((object) => walLines(archive.store, object))),
    { ...LIMITS, ...limits },
    newLineLook,
  );
}

/** From the middle on, and then from the beginning: its first block is of another time. */
function fromTheMiddle(lines: readonly string[]): string[] {
  return [...lines.slice(lines.length / 2), ...lines.slice(0, lines.length / 2)];
}

function twiceOf({ logs }: LookReport, log: string): number | undefined {
  return logs.find((each) => each.log === log)?.requests_twice;
}

describe("two roads in an archive of many blocks", () => {
  const [records = [], entries = []] = (["fluentd", "logentry"] as const).map((form) =>
    simulated({ form, lines: LINES }).rows.map(String),
  );
  const late = fromTheMiddle(entries);

  it("share no request in the newest blocks, and many in those of one moment", async () => {
    const adding = [[records], [late]] as const;
    const blind = await lookAt(adding, { moments: 0 });
    expect(blind).toMatchObject({ is_all: false });
    expect(blind.logs.find(({ log }) => log === "rails.api")).toMatchObject({
      roads: [{ form: expect.any(String) }, { form: expect.any(String) }],
      requests_twice: 0,
    });
    const seen = await lookAt(adding);
    expect(twiceOf(seen, "rails.api")).toBeGreaterThan(10);
    expect(twiceOf(seen, "rails.production")).toBeGreaterThan(10);
    expect(seen.lines).toBe(blind.lines);
  });

  it("are found in two streams as well", async () => {
    expect(twiceOf(await lookAt([[records], [late, "other"]]), "rails.api")).toBeGreaterThan(10);
  });

  it("are not accused where each has requests of its own", async () => {
    const api = (n: number) => ({ correlation_id: `r${n}`, padding: "x".repeat(20_000) });
    const ofRecords = Array.from({ length: 200 }, (_, n) => apiLine(DAY + n * SECOND_MS, api(2 * n)));
    const ofEntries = Array.from({ length: 200 }, (_, n) => entryLine(DAY + n * SECOND_MS, `${n}`, api(2 * n + 1)));
    const { logs, is_all: isAll } = await lookAt([[ofRecords], [ofEntries]]);
    expect(isAll).toBe(false);
    expect(logs).toMatchObject([{ log: "rails.api", roads: [{}, {}], requests_twice: 0 }]);
    expect(logs[0]?.requests).toBeGreaterThan(100);
  });
});
