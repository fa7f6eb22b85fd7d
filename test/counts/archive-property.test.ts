/**
 * Goal: whatever is asked of an archive, and whatever has become of its lines meanwhile, the answer is that of the lines.
 * Method: random lines of a few visitors around midnights and pauses of half an hour, in one stream or two, out of order,
 * late, twice and in conflict; added, sealed up to a moment, rolled up and removed from the log in any order. Random
 * questions, through all books and through those of the asked periods alone, as the command line asks them, against a
 * slow and plain count of what the lines were made of.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { dayName } from "../../src/core/hour.ts";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import { type ArchiveCounts, needsAllDays } from "../../src/counts/archive-counts.ts";
import { readBooks } from "../../src/counts/books/stream-book.ts";
import type { CountQuery, CountRow } from "../../src/counts/cube.ts";
import { PERIODS } from "../../src/counts/period.ts";
import { SEGMENTS } from "../../src/counts/segment.ts";
import { naiveCountRows } from "./count-oracle.ts";
import { figures, type TestArchive, testArchive } from "./facts/sealed-archive.ts";
import { MIDDLE_MS, type RandomLine, randomLines } from "./random-lines.ts";
import type { SampleFact } from "./sample-facts.ts";

const STREAMS = ["local", "other"] as const;
const AS_OF_DAYS = [0, 1, 2, 3, 4, 6];

/** What is done to an archive between two arrivals. */
const step = fc.record({
  /** Of each stream what is over by then; most often everything. */
  overMs: fc
    .constantFrom(null, 0, 1, 3, 20, 20, 20, 20)
    .map((days) => (days === null ? null : MIDDLE_MS + days * DAY_MS)),
  spanHours: fc.constantFrom(6, 24),
  withRollups: fc.constantFrom(true, true, false),
  removes: fc.constantFrom(true, true, false),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Where a line goes: with which arrival, to which stream, and whether it comes again with the last. */
const road = fc.record({
  arrival: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
  stream: fc.constantFrom(...STREAMS),
  again: fc.constantFrom(null, null, null, null, ...STREAMS),
});

/** `asOf`: null where the archive tells it. */
const question = fc.record({
  by: fc.constantFrom(...SEGMENTS, "session", "session", "session", "user"),
  level: fc.constantFrom("aggregate", "identifiable", "identifiable"),
  events: fc.constantFrom(null, null, ["rest_request"], ["job_done", "record_read"]),
  periods: fc.oneof(fc.constant(["daily"] as const), fc.subarray([...PERIODS], { minLength: 1 })),
  days: fc.constantFrom(1, 1, 2, 28),
  asOf: fc.option(
    fc.constantFrom(...AS_OF_DAYS).map((days) => dayName(MIDDLE_MS + days * DAY_MS)),
    { nil: null },
  ),
  withSessions: fc.constantFrom(true, true, true, false),
  foldsPersonal: fc.boolean(),
});
type Question = Omit<CountQuery, "asOf"> & { readonly asOf: string | null };

const story = fc.record({
  lines: randomLines,
  roads: fc.infiniteStream(road),
  streams: fc.constantFrom(1, 1, 2),
  steps: fc.array(step, { minLength: 2, maxLength: 3 }),
  questions: fc.array(question, { minLength: 8, maxLength: 8 }),
});

/** Removes what is sealed to the last line, as `gc` does once that is signed. */
async function removeSealed({ store }: TestArchive): Promise<void> {
  const needed = new Set((await readBooks(store)).flatMap(({ tail }) => tail.map(({ object }) => object.name)));
  for (const { name } of await Array.fromAsync(store.list("wal/"))) {
    if (!needed.has(name)) await store.remove(name);
  }
}

async function take(archive: TestArchive, streams: readonly string[], each: Step): Promise<void> {
  const { overMs, removes, ...how } = each;
  for (const stream of streams) {
    if (overMs !== null) await archive.seal({ stream, overMs, ...how });
  }
  if (removes) await removeSealed(archive);
}

/** Asks as the command line does; what it answers, and as of which day. */
async function answered(counts: ArchiveCounts, { asOf, ...query }: Question): Promise<[string, CountRow[]]> {
  const day = asOf ?? (await counts.defaultAsOf()) ?? "";
  return [day, await counts.rows({ ...query, asOf: day })];
}

async function expectAnswers(archive: TestArchive, facts: readonly SampleFact[], asked: readonly Question[]) {
  const newest = dayName(Math.max(...facts.map(({ timeMs }) => timeMs)) + DAY_MS);
  const expected = asked.map(({ asOf, ...query }) => [
    asOf ?? newest,
    figures(naiveCountRows(facts, { ...query, asOf: asOf ?? newest })),
  ]);
  const told = ([asOf, rows]: [string, CountRow[]]) => [asOf, figures(rows)];
  await archive.counting(async (counts) => {
    for (const [index, each] of asked.entries()) expect(told(await answered(counts, each))).toEqual(expected[index]);
  });
  for (const [index, each] of asked.entries()) {
    if (needsAllDays(each) || each.periods.includes("all")) continue;
    const ofPeriods = await archive.counting((counts) => answered(counts, each), {}, each);
    expect(told(ofPeriods)).toEqual(expected[index]);
  }
}

test("every question is answered by what the lines say, wherever they lie", { timeout: 2 * MINUTE_MS }, async () => {
  const property = fc.asyncProperty(story, async ({ lines, roads, streams: streamCount, steps, questions }) => {
    const archive = await testArchive();
    const streams = STREAMS.slice(0, streamCount);
    const ways = lines.map((line) => ({ line, way: roads.next().value }));
    const facts: SampleFact[] = [];
    const add = async (stream: string, taken: readonly RandomLine[]): Promise<void> => {
      if (taken.length > 0)
        await archive.add(
          taken.map(({ text }) => text),
          stream,
        );
      facts.push(...taken.flatMap((line) => line.facts.map((fact) => ({ ...fact, stream }))));
    };
    for (const [index, each] of steps.entries()) {
      for (const stream of streams) {
        const taken = ways.filter(
          ({ way }) => way.arrival % steps.length === index && (streamCount === 1 || way.stream === stream),
        );
        await add(
          stream,
          taken.map(({ line }) => line),
        );
        if (index < steps.length - 1) continue;
        await add(
          stream,
          ways.filter(({ way }) => way.again === stream).map(({ line }) => line),
        );
      }
      await take(archive, streams, each);
    }
    await expectAnswers(archive, facts, questions);
    expect(archive.said).toEqual([]);
  });
  // To shrink a story would take longer than the test may: a failure prints its seed and path.
  await fc.assert(property, { numRuns: 10, endOnFailure: true });
});
