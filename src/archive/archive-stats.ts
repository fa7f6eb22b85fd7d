import { inParallel } from "../core/in-parallel.ts";
import type { Lane } from "../core/line.ts";
import type { ObjectStore } from "../core/object-store.ts";
import type { SegmentReader } from "../segment/segment-reader.ts";
import { unsealedLines } from "./line-object.ts";
import type { PlanOutput } from "./manifest.ts";
import { eachSealedPlan, type IsWanted } from "./plan-list.ts";
import { createSealedInputs } from "./sealed-inputs.ts";
import type { SealedPlan } from "./sealed-plan.ts";
import { openOutput } from "./vault-reader.ts";
import { listWal, openWalObject, type WalObject } from "./wal-reader.ts";

/** What is stored of a day of a stream, or of what is not sealed of it. */
export interface StoredDay {
  readonly stream: string;
  /** `YYYY-MM-DD` or `undated`; null for what lies in the write-ahead log alone. */
  readonly day: string | null;
  /** Of the vault, or of the write-ahead log. */
  segments: number;
  /** Of an object that is sealed in part, all lines: its block table does not tell them apart. */
  lines: number;
  rawBytes: number;
  /** With the meta. */
  storedBytes: number;
  /** Lines by lane; null where only the lines themselves tell. */
  readonly lanes: Partial<Record<Lane, number>> | null;
  /** Of the lines that stand; null likewise. */
  quarantined: number | null;
  /** Milliseconds since 1970; null where no line has a time. */
  firstTimeMs: number | null;
  lastTimeMs: number | null;
}

/** Segments that are opened at a time: stores far away answer late. */
const MOST_READS = 16;
const PORTION = 128;

/**
 * Adds up what manifests and block tables say, by stream and day, in order; no line is read. What is not sealed is the
 * last of each stream. Rejects with `IoError`.
 */
export async function readArchiveStats(store: ObjectStore, isWanted: IsWanted): Promise<StoredDay[]> {
  const days = new Map<string, StoredDay>();
  const wal: WalObject[] = [];
  for await (const object of listWal(store, null)) {
    if (isWanted(object.firstHour, object.lastHour)) wal.push(object);
  }
  const sealedInputs = createSealedInputs(wal);
  let portion: { readonly day: StoredDay; readonly output: PlanOutput }[] = [];
  const openPortion = async (): Promise<void> => {
    const opened = await inParallel(portion, MOST_READS, ({ output }) => openOutput(store, output));
    for (const [index, { day }] of portion.entries()) addTimes(day, opened[index]?.blocks ?? []);
    portion = [];
  };
  for await (const plan of eachSealedPlan(store, isWanted)) {
    sealedInputs.add(plan);
    const day = dayOf(days, plan.span.stream, plan.span.day);
    addPlan(day, plan);
    portion.push(...plan.manifest.outputs.map((output) => ({ day, output })));
    if (portion.length >= PORTION) await openPortion();
  }
  await openPortion();
  for (const object of wal) {
    if (unsealedLines(store, [object], sealedInputs, isWanted).length === 0) continue;
    addWal(dayOf(days, object.stream, null), object, await openWalObject(store, object));
  }
  return [...days.values()].toSorted(byPlace);
}

function dayOf(days: Map<string, StoredDay>, stream: string, day: string | null): StoredDay {
  const key = `${stream} ${day ?? ""}`;
  const sealed = day !== null;
  const known = days.get(key) ?? {
    stream,
    day,
    segments: 0,
    lines: 0,
    rawBytes: 0,
    storedBytes: 0,
    lanes: sealed ? {} : null,
    quarantined: sealed ? 0 : null,
    firstTimeMs: null,
    lastTimeMs: null,
  };
  days.set(key, known);
  return known;
}

function addPlan(day: StoredDay, { manifest }: SealedPlan): void {
  for (const { lines, meta, rows, raw_bytes: rawBytes } of manifest.outputs) {
    day.segments += 1;
    day.lines += rows;
    day.rawBytes += rawBytes;
    day.storedBytes += lines.size_bytes + meta.size_bytes;
  }
  for (const { quarantined } of Object.values(manifest.by_hour)) day.quarantined = (day.quarantined ?? 0) + quarantined;
  if (day.lanes === null) return;
  for (const [lane, lines] of Object.entries(manifest.lanes) as [Lane, number][]) {
    day.lanes[lane] = (day.lanes[lane] ?? 0) + lines;
  }
}

function addWal(day: StoredDay, { sizeBytes }: WalObject, { table, blocks }: SegmentReader): void {
  day.segments += 1;
  day.lines += table.rows;
  day.rawBytes += table.rawBytes;
  day.storedBytes += sizeBytes;
  addTimes(day, blocks);
}

function addTimes(day: StoredDay, blocks: SegmentReader["blocks"]): void {
  for (const { lines } of blocks) {
    if (lines.lastTimeMs === 0) continue;
    day.firstTimeMs = Math.min(day.firstTimeMs ?? lines.firstTimeMs, lines.firstTimeMs);
    day.lastTimeMs = Math.max(day.lastTimeMs ?? lines.lastTimeMs, lines.lastTimeMs);
  }
}

/** What is not sealed has no day, and comes last. */
function byPlace(a: StoredDay, b: StoredDay): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return (a.day ?? "~") < (b.day ?? "~") ? -1 : 1;
}
