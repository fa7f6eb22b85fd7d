import type { Makes } from "../../../src/archive/manifest.ts";
import type { PlanObserver } from "../../../src/archive/seal/plan-observer.ts";
import { sealStream } from "../../../src/archive/seal/seal.ts";
import { readSealedPlans, type SealedPlan } from "../../../src/archive/sealed-plan.ts";
import type { SpanHours } from "../../../src/archive/span.ts";
import { openOutput } from "../../../src/archive/vault-reader.ts";
import { eachLine } from "../../../src/archive/wal-reader.ts";
import { hourOf } from "../../../src/core/hour.ts";
import { lineId, partsHash } from "../../../src/core/identity.ts";
import type { Line } from "../../../src/core/line.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { HOUR_MS } from "../../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";

export const STREAM = "local";

const MAKES: Makes = {
  program: "1.0.0",
  segment_format: 1,
  zstd: "1",
  catalogue: "sha256:00",
  pseudonym_key: "00",
  instance: null,
};

/**
 * Lines of five hours of two days and of none; some are quarantined, some ids come with two or three different texts,
 * of which one is what the id is made of, or none.
 */
export const POOL: readonly Line[] = Array.from({ length: 120 }, (_, n) => poolLine(n));

function poolLine(n: number): Line {
  const base = n - (n % 4);
  const timeMs = base % 12 === 0 ? null : SAMPLE_MS + (base % 5) * 5 * HOUR_MS;
  const byContent = sampleLine(`line ${base} push`, { timeMs });
  const id = base % 16 === 0 ? lineId(byContent.hour, partsHash(["place", `${base}`])) : byContent.id;
  const plain = { ...byContent, id };
  if (n % 4 === 1) return sampleLine(`other bytes ${n}`, { timeMs, id });
  if (n % 4 === 2 && n % 8 === 2) return sampleLine(`bytes again ${n} push`, { timeMs, id });
  // The same bytes, from a log that the message names.
  if (n % 12 === 7) return { ...plain, log: "gitaly" };
  if (n % 4 === 2) return sampleLine(`text ${n}`, { timeMs, lane: "quarantine", reason: "not_json" });
  return n % 4 === 0 ? plain : sampleLine(`line ${n}`, { timeMs });
}

/** Watches without keeping facts: a line counts a push where its text says so, but for those of Gitaly. */
export function countingPushes(): PlanObserver {
  return {
    eventsOf: ({ buffer, start, end, meta: { reason, log } }) =>
      reason === null && log !== "gitaly" && buffer.toString("latin1", start, end).endsWith("push") ? ["git_push"] : [],
    keep: () => undefined,
    endSegment: () => Promise.resolve(),
    end: () => Promise.resolve(),
    close: () => undefined,
  };
}

export interface SealingChange {
  readonly stream?: string;
  readonly overHour?: number;
  readonly spanHours?: SpanHours | null;
  readonly makes?: Partial<Makes>;
  readonly segmentBytes?: number;
  readonly signal?: AbortSignal;
  readonly observer?: PlanObserver;
  /** Gets what the sealer tells. */
  readonly said?: string[];
}

/** Seals what is due, by default everything. */
export async function seal(store: ObjectStore, change: SealingChange = {}): Promise<SealedPlan[]> {
  const { overHour = hourOf(SAMPLE_MS) + 1000, spanHours = null, makes, segmentBytes, signal, observer } = change;
  const sealed: SealedPlan[] = [];
  await sealStream(change.stream ?? STREAM, {
    store,
    makes: { ...MAKES, ...makes },
    observe: () => Promise.resolve(observer ?? countingPushes()),
    overHour,
    spanHours,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    onTotal: () => undefined,
    onBytes: () => undefined,
    onSealed: (plan) => sealed.push(plan),
    onTrouble: (message) => change.said?.push(message),
    withUndated: true,
    signal: signal ?? new AbortController().signal,
  });
  return sealed;
}

/** What tells a line from others. */
export function textOf(id: string, log: string, line: Parameters<typeof bytesOf>[0]): string {
  return `${id} ${log} ${bytesOf(line).toString("latin1")}`;
}

/** All lines that manifests name, sorted. */
export async function vaultLines(store: ObjectStore): Promise<string[]> {
  const lines: string[] = [];
  for (const { manifest } of await readSealedPlans(store, STREAM)) {
    for (const output of manifest.outputs) {
      const segment = await openOutput(store, output);
      for (const block of segment.blocks) {
        await eachLine(output.lines, segment, block, (line) => {
          lines.push(textOf(line.meta.id, line.meta.log, line));
        });
      }
    }
  }
  return lines.sort();
}

/** What must be in the vault: each line once, by id, bytes and log. */
export function distinctLines(lines: readonly Line[]): string[] {
  return [...new Set(lines.map((line) => textOf(line.id, line.log, line)))].sort();
}

/** All objects of the vault with their bytes. */
export async function vaultObjects(store: ObjectStore): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { name, sizeBytes } of store.list("vault/")) {
    objects[name] = (await store.read(name, 0, sizeBytes)).toString("hex");
  }
  return objects;
}
