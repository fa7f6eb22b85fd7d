import { createHash } from "node:crypto";
import { type Manifest, manifestBytes, type PlanInput, type PlanOutput } from "../../src/archive/manifest.ts";
import { readSealedPlans, type SealedPlan } from "../../src/archive/sealed-plan.ts";
import { isInSpan, type Span, type SpanHours, spanOfHour } from "../../src/archive/span.ts";
import { hoursOf } from "../../src/archive/tail.ts";
import { manifestName, NUMBERS_PER_ATTEMPT, recordName, segmentNames } from "../../src/archive/vault-name.ts";
import { openOutput } from "../../src/archive/vault-reader.ts";
import { eachLine, openWalObject, type WalObject } from "../../src/archive/wal-reader.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import { IoError } from "../../src/core/fault.ts";
import { hourText } from "../../src/core/hour.ts";
import { hourOfId, leafHash } from "../../src/core/identity.ts";
import type { Lane, SegmentLine } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { createVaultSegmentWriter } from "../../src/segment/segment-writer.ts";

const MAKES = {
  program: "0.0.0",
  segment_format: 1,
  zstd: "1.5.7",
  catalogue: `sha256:${"0".repeat(64)}`,
  pseudonym_key: "0".repeat(16),
  instance: null,
};

/**
 * Seals the lines of these objects that lie in the span as its next plan: duplicates left out, conflicts kept. As plain
 * as can be, and all lines at once: no attempts, and no line counts as an event. Resolves with the plan.
 */
export async function putPlan(
  store: ObjectStore,
  span: Span,
  objects: readonly WalObject[],
  { maxRows = Number.POSITIVE_INFINITY } = {},
): Promise<SealedPlan> {
  const isOfSpan = (plan: SealedPlan): boolean => plan.span.firstHour === span.firstHour;
  const earlier = (await readSealedPlans(store, span.stream, span.day)).filter(isOfSpan);
  const plan = earlier.length + 1;
  const seen = new Set((await vaultLines(store, earlier)).map(variantOf));
  const kept: SegmentLine[] = [];
  let received = 0;
  const inputs: PlanInput[] = [];
  const done = new Set(earlier.flatMap(({ manifest }) => manifest.inputs.map(({ name }) => name)));
  for (const object of objects.filter(({ name }) => !done.has(name))) {
    const hours = await hoursOf(store, object);
    if (!hours.some((hour) => isInSpan(span, hour))) continue;
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      await eachLine(object, segment, block, (line) => {
        if (!isInSpan(span, hourOfId(line.meta.id))) return;
        received += 1;
        if (seen.has(variantOf(line))) return;
        seen.add(variantOf(line));
        kept.push(segmentLine(line));
      });
    }
    const stored = storedObject(object.name, await store.read(object.name, 0, object.sizeBytes));
    inputs.push(object.firstHour === object.lastHour ? stored : { ...stored, hours: hours.map(hourText) });
  }
  const outputs: PlanOutput[] = [];
  for (let row = 0; row < kept.length; row += maxRows) {
    outputs.push(await putOutput(store, span, plan, outputs.length + 1, kept.slice(row, row + maxRows)));
  }
  const isRecord = outputs.length === 0;
  const lanes: Partial<Record<Lane, number>> = {};
  for (const { lane } of kept) lanes[lane] = (lanes[lane] ?? 0) + 1;
  const manifest: Manifest = {
    format: 1,
    stream: span.stream,
    first_hour: hourText(span.firstHour),
    hours: span.hours,
    plan,
    revision: isRecord ? 0 : earlier.filter((each) => !each.isRecord).length + 1,
    attempt: 1,
    inputs,
    outputs,
    abandoned: [],
    lines: kept.length,
    duplicates_total: received - kept.length,
    duplicates: [],
    conflicts: [],
    lanes,
    by_hour: {},
    counts: { catalogue: MAKES.catalogue, events: {} },
    makes: MAKES,
  };
  const name = (isRecord ? recordName : manifestName)(span, plan);
  const bytes = manifestBytes(manifest);
  await store.create(name, bytes);
  return { name, sizeBytes: bytes.length, sha256: sha256Of(bytes), span, manifest, isRecord };
}

/** Seals every hour that these objects of a stream have lines of; resolves with the plans. */
export async function sealAll(
  store: ObjectStore,
  objects: readonly WalObject[],
  hours: SpanHours = 1,
): Promise<SealedPlan[]> {
  const spans = new Map<number, Span>();
  for (const object of objects) {
    for (const hour of await hoursOf(store, object)) {
      const span = spanOfHour(object.stream, hour, hours);
      spans.set(span.firstHour, span);
    }
  }
  const plans: SealedPlan[] = [];
  for (const span of spans.values()) plans.push(await putPlan(store, span, objects));
  return plans;
}

async function putOutput(
  store: ObjectStore,
  span: Span,
  plan: number,
  segment: number,
  lines: readonly SegmentLine[],
): Promise<PlanOutput> {
  const writer = createVaultSegmentWriter();
  for (const line of lines) writer.append(line);
  const { lines: raw, meta, rows, rawBytes, root } = writer.finish();
  const number = NUMBERS_PER_ATTEMPT + segment;
  const names = segmentNames(span, plan, number);
  await store.create(names.lines, raw);
  await store.create(names.meta, meta);
  return {
    number,
    lines: storedObject(names.lines, raw),
    meta: storedObject(names.meta, meta),
    rows,
    raw_bytes: rawBytes,
    root: root.toString("hex"),
  };
}

async function vaultLines(store: ObjectStore, plans: readonly SealedPlan[]): Promise<ArchivedLine[]> {
  const lines: ArchivedLine[] = [];
  for (const output of plans.flatMap(({ manifest }) => manifest.outputs)) {
    const segment = await openOutput(store, output);
    for (const block of segment.blocks) await eachLine(output.lines, segment, block, (line) => lines.push(line));
  }
  return lines;
}

function variantOf({ meta, buffer, start, end }: ArchivedLine): string {
  return meta.id + leafHash(buffer, start, end);
}

function segmentLine({ meta, ...line }: ArchivedLine): SegmentLine {
  return { ...line, ...meta, hash: leafHash(line.buffer, line.start, line.end), hour: hourOfId(meta.id) };
}

function storedObject(name: string, bytes: Buffer): { name: string; size_bytes: number; sha256: string } {
  return { name, size_bytes: bytes.length, sha256: sha256Of(bytes) };
}

function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same store, once these objects have been removed. */
export function storeWithout(store: ObjectStore, gone: ReadonlySet<string>): ObjectStore {
  return {
    ...store,
    async read(name, start, end) {
      if (gone.has(name)) throw new IoError("not_found", `read "${name}": not there`);
      return store.read(name, start, end);
    },
    async *list(prefix) {
      for await (const object of store.list(prefix)) if (!gone.has(object.name)) yield object;
    },
  };
}
