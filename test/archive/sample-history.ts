import fc from "fast-check";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { type SpanHours, spanOfHour } from "../../src/archive/span.ts";
import { readTail } from "../../src/archive/tail.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { hourOf, UNDATED_HOUR } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { putPlan, sealAll, storeWithout } from "./sample-vault.ts";

const FIRST_HOUR = hourOf(SAMPLE_MS);
const HOURS = 5;

/**
 * Lines of several hours of two days and of none; some so long that objects have several blocks, some that run ahead of
 * their hour, conflicts among them.
 */
export const POOL: readonly Line[] = Array.from({ length: 200 }, (_, n) => {
  const timeMs = n % 9 === 0 ? null : SAMPLE_MS + (n % HOURS) * 5 * HOUR_MS + n;
  const ahead: Partial<Line> =
    timeMs !== null && n % 11 === 2 ? { hour: FIRST_HOUR, lane: n % 2 === 0 ? "future" : "wrapped" } : {};
  const line = sampleLine(n % 50 === 7 ? Buffer.alloc(600 * KIB, `${n}`) : `line ${n}`, { timeMs, ...ahead });
  return n % 10 === 1 ? sampleLine(`other bytes ${n}`, { timeMs, ...ahead, id: line.id }) : line;
});

/** What happened to an archive, one after the other. */
export type Deed =
  | { readonly put: readonly Line[]; readonly writer: string; readonly stream: string }
  /** All that is there of the span of an hour, or of every span, as its next plan. */
  | { readonly seal: number | "all"; readonly stream: string };

export interface History {
  readonly deeds: readonly Deed[];
  readonly hours: SpanHours;
  /** For each object whether it goes once it is sealed; what there is more of stays. */
  readonly removed: readonly boolean[];
}

export function arbitraryHistory(writers: readonly string[], streams: readonly string[]): fc.Arbitrary<History> {
  const lines = fc.array(fc.constantFrom(...POOL, ...POOL.slice(0, 40)), { minLength: 1, maxLength: 40 });
  const dated = Array.from({ length: HOURS }, (_, n) => FIRST_HOUR + n * 5);
  const seal = fc.constantFrom<(number | "all")[]>("all", "all", "all", UNDATED_HOUR, ...dated);
  const stream = fc.constantFrom(...streams);
  const put = fc.record({ put: lines, writer: fc.constantFrom(...writers), stream });
  return fc.record({
    deeds: fc.array(fc.oneof(put, fc.record({ seal, stream })), { maxLength: 10, size: "max" }),
    hours: fc.constantFrom(1, 6, 24),
    removed: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  });
}

/** The archive after all of it. */
export async function archiveAfter({ deeds, hours, removed }: History): Promise<ObjectStore> {
  const store = createMemoryStore();
  for (const [index, deed] of deeds.entries()) {
    const { stream } = deed;
    if ("put" in deed) await putObject(store, deed.put, { writer: deed.writer, stream, sequence: index + 1 });
    else if (deed.seal === "all") await sealAll(store, await walObjects(store, stream), hours);
    else await putPlan(store, spanOfHour(stream, deed.seal, hours), await walObjects(store, stream), { maxRows: 15 });
  }
  const gone = new Set<string>();
  let at = 0;
  for (const stream of new Set(deeds.map((deed) => deed.stream))) {
    for (const { object, unsealed } of await readTail(store, stream, await readSealedPlans(store, stream))) {
      if (unsealed.length === 0 && removed[at] === true) gone.add(object.name);
      at += 1;
    }
  }
  return storeWithout(store, gone);
}
