import { createHash } from "node:crypto";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MIB } from "../../core/units.ts";
import {
  type DuplicateLine,
  filesOf,
  type Manifest,
  manifestBytes,
  type PlanInput,
  type PlanOutput,
} from "../manifest.ts";
import { findSealedPlan, type SealedPlan } from "../sealed-plan.ts";
import { isInSpan } from "../span.ts";
import { manifestName, parseSegmentName, recordName, spanPrefix } from "../vault-name.ts";
import { type Conflicting, settleConflicts } from "./conflicts.ts";
import { classOf, createFigures } from "./figures.ts";
import type { LineInput } from "./input-lines.ts";
import { judgeLines } from "./judged-lines.ts";
import type { Plan } from "./plan.ts";
import type { PlanObserver } from "./plan-observer.ts";
import { createVaultOutput, TakenError } from "./vault-output.ts";

/** Cold storage charges by the object; a segment is made in memory. */
export const SEGMENT_BYTES = 64 * MIB;
/** Duplicates that a manifest names one by one: after a replay there may be any number. */
const MOST_DUPLICATES = 1000;

export interface RunPlanOptions {
  readonly store: ObjectStore;
  /** The complete plans of the span. */
  readonly earlier: readonly SealedPlan[];
  readonly observer: PlanObserver;
  /** Is told the stored bytes of inputs as they are done with. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** Stored bytes after which a segment ends. */
  readonly segmentBytes?: number;
}

/**
 * What became of a run. `sealed`: the plan is complete, perhaps by somebody else. `taken`: a name was taken by other
 * bytes, so that another attempt is needed. `stopped`: the signal aborted; the plan is still to be run.
 */
export type PlanOutcome =
  | { readonly kind: "sealed"; readonly sealed: SealedPlan }
  | { readonly kind: "taken" | "stopped" };

/**
 * Runs a plan: writes the segments, then the one object that makes them count (I5). Whoever runs it makes the same
 * bytes; a run that was cut off anywhere can be made again (I4). Rejects with `IoError`, `not_found` where an input was
 * removed.
 */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<PlanOutcome> {
  const { store, observer } = options;
  try {
    const manifest = await writeSegments(plan, options);
    if (manifest === null) return { kind: "stopped" };
    const bytes = manifestBytes(manifest);
    const isRecord = manifest.outputs.length === 0;
    const name = isRecord ? recordName(plan.span, plan.number) : manifestName(plan.span, plan.number);
    await store.create(name, bytes);
    const sealed = await findSealedPlan(store, name);
    // Another attempt may have been first; its facts are its own business.
    if (sealed.sha256 === createHash("sha256").update(bytes).digest("hex")) await observer.end(sealed);
    return { kind: "sealed", sealed };
  } catch (error) {
    if (error instanceof TakenError) return { kind: "taken" };
    throw error;
  } finally {
    observer.close();
  }
}

/** What the manifest is to say; null where the signal has cut it short. */
async function writeSegments(plan: Plan, options: RunPlanOptions): Promise<Manifest | null> {
  const { store, earlier, observer, signal, onBytes, segmentBytes = SEGMENT_BYTES } = options;
  const inputs = plan.inputs.map(
    ({ name, size_bytes: sizeBytes }): LineInput => ({ name, sizeBytes, takes: (hour) => isInSpan(plan.span, hour) }),
  );
  const before = earlier.flatMap(({ manifest }) => manifest.outputs);
  const output = createVaultOutput(store, plan);
  const figures = createFigures();
  const conflicting: Conflicting = new Map();
  const duplicates: DuplicateLine[] = [];
  const read: PlanInput[] = [];
  let duplicatesTotal = 0;

  const endSegment = async (): Promise<void> => {
    const segment = await output.endSegment();
    if (segment !== null) await observer.endSegment(segment.output.number, segment);
  };

  const isWhole = await judgeLines(
    { store, inputs, earlier: before, signal },
    (line, hash, verdict) => {
      figures.add(line.meta.id, verdict, () => classOf(line.meta, observer.eventsOf(line)));
      if (verdict === "duplicate") {
        duplicatesTotal += 1;
        if (duplicates.length < MOST_DUPLICATES) duplicates.push(duplicateOf(line));
        return;
      }
      if (verdict === "conflict") conflicting.set(line.meta.id, (conflicting.get(line.meta.id) ?? 0) + 1);
      output.append(line, hash);
      observer.keep(line, hash);
    },
    async (input) => {
      read.push(input);
      onBytes(input.size_bytes);
      if (output.storedBytes >= segmentBytes) await endSegment();
    },
  );
  if (!isWhole) return null;
  await endSegment();
  const conflicts = await settleConflicts(store, inputs, before, conflicting, (line) => observer.eventsOf(line));
  for (const { id, counted, stands } of conflicts) figures.change(id, counted, stands);
  const { outputs, lanes } = output;
  const isRecord = outputs.length === 0;
  return {
    format: 1,
    stream: plan.span.stream,
    first_hour: hourText(plan.span.firstHour),
    hours: plan.span.hours,
    plan: plan.number,
    revision: isRecord ? 0 : plan.revision,
    attempt: plan.attempt,
    inputs: read,
    outputs,
    abandoned: isRecord ? [] : await findAbandoned(store, plan, earlier, outputs),
    lines: outputs.reduce((sum, { rows }) => sum + rows, 0),
    duplicates_total: duplicatesTotal,
    duplicates,
    conflicts: conflicts.map(({ id, variants, standing, log }) => ({ id, variants, standing, log })),
    lanes,
    by_hour: figures.byHour(),
    counts: { catalogue: plan.makes.catalogue, events: figures.events() },
    makes: plan.makes,
  };
}

/** Segments in the folder of the span that no manifest names, this one included. Rejects with `IoError`. */
async function findAbandoned(
  store: ObjectStore,
  { span }: Plan,
  earlier: readonly SealedPlan[],
  outputs: readonly PlanOutput[],
): Promise<string[]> {
  const named = new Set(filesOf(outputs).map(({ name }) => name));
  for (const { manifest } of earlier)
    for (const name of [...manifest.abandoned, ...filesOf(manifest.outputs).map((file) => file.name)]) named.add(name);
  const abandoned: string[] = [];
  for await (const { name } of store.list(spanPrefix(span))) {
    if (parseSegmentName(name) !== null && !named.has(name)) abandoned.push(name);
  }
  return abandoned;
}

function duplicateOf({ object, row, meta: { id, message } }: ArchivedLine): DuplicateLine {
  const place = { object, row };
  if (message === null) return { id, place };
  const { messageId, publishedAtMs } = message;
  if (publishedAtMs === null) return { id, message_id: messageId, place };
  return { id, message_id: messageId, published_at: new Date(publishedAtMs).toISOString(), place };
}
