import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOfId } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import type { SegmentReader } from "../segment/segment-reader.ts";
import { hasQuarantined, type PlanOutput, runsAhead } from "./manifest.ts";
import { eachSealedPlan, type IsWanted } from "./plan-list.ts";
import { createSealedInputs, type SealedInputs } from "./sealed-inputs.ts";
import type { SealedPlan } from "./sealed-plan.ts";
import { openOutput } from "./vault-reader.ts";
import { listWal, openWalObject, type WalObject } from "./wal-reader.ts";

/** Lines that are stored together: a write-ahead object, or a segment of the vault. */
export interface LineObject {
  /** Of the raw lines. */
  readonly name: string;
  readonly stream: string;
  /** As stored, its meta included. */
  readonly sizeBytes: number;
  /** No line is filed before or after these. */
  readonly firstHour: number;
  readonly lastHour: number;
  /** How many lines, and their bytes; null where only the object itself tells. */
  readonly rows: number | null;
  readonly rawBytes: number | null;
  /** False where no line has a time after the hour that it is filed under. */
  readonly mayRunAhead: boolean;
  /** False where every line is a record. */
  readonly mayBeQuarantined: boolean;
  /** The hours whose lines are to be taken from here, since they are nowhere else; null: all. */
  readonly onlyHours: ReadonlySet<number> | null;
  /** Null in the write-ahead log. */
  readonly sealed: SealedSegment | null;
  /** Rejects with `IoError`, naming what cannot be trusted. */
  open(): Promise<SegmentReader>;
}

/** A segment of the vault, by its manifest. */
export interface SealedSegment {
  readonly plan: PlanReference;
  readonly output: PlanOutput;
}

/** What tells a plan from others: all of its manifest would be much to keep of every segment. */
export interface PlanReference extends Pick<SealedPlan, "name" | "sha256" | "span"> {
  readonly manifest: Pick<SealedPlan["manifest"], "plan">;
}

/** False for a line of an hour that is not to be taken from here. */
export function isTakenFrom({ onlyHours }: Pick<LineObject, "onlyHours">, { meta }: ArchivedLine): boolean {
  return onlyHours === null || onlyHours.has(hourOfId(meta.id));
}

/** A write-ahead object, or the lines in it that are filed in some hours only. */
export function walLines(
  store: ObjectStore,
  object: WalObject,
  onlyHours: readonly number[] | null = null,
): LineObject {
  return {
    name: object.name,
    stream: object.stream,
    sizeBytes: object.sizeBytes,
    firstHour: object.firstHour,
    lastHour: object.lastHour,
    rows: null,
    rawBytes: null,
    mayRunAhead: true,
    mayBeQuarantined: true,
    onlyHours: onlyHours === null ? null : new Set(onlyHours),
    sealed: null,
    open: () => openWalObject(store, object),
  };
}

/** The segments that a plan has written. */
export function vaultLines(store: ObjectStore, { name, sha256, span, manifest }: SealedPlan): LineObject[] {
  return manifest.outputs.map((output) => ({
    name: output.lines.name,
    stream: span.stream,
    firstHour: span.firstHour,
    lastHour: span.firstHour + span.hours - 1,
    rows: output.rows,
    mayRunAhead: runsAhead(manifest),
    mayBeQuarantined: hasQuarantined(manifest),
    rawBytes: output.raw_bytes,
    onlyHours: null,
    sizeBytes: output.lines.size_bytes + output.meta.size_bytes,
    sealed: { plan: { name, sha256, span, manifest: { plan: manifest.plan } }, output },
    open: () => openOutput(store, output),
  }));
}

/**
 * Everything that holds lines of the hours that matter: the vault in order of streams, spans and plans, then the
 * write-ahead objects that are not wholly sealed, in order of names. `onPlan` is told of each plan. `sinceHour`: only lines
 * of this hour and later matter, by their times. Rejects with `IoError`.
 */
export async function* listLineObjects(
  store: ObjectStore,
  isWanted: IsWanted,
  onPlan: (plan: SealedPlan) => void = () => undefined,
  sinceHour: number | null = null,
): AsyncIterable<LineObject> {
  const wal: WalObject[] = [];
  // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
  for await (const object of listWal(store, null)) {
    if (isWanted(object.firstHour, object.lastHour)) wal.push(object);
  }
  const sealedInputs = createSealedInputs(wal);
  // Of older objects only the plans tell that they are sealed.
  const isWalNew = wal.every(({ firstHour }) => sinceHour !== null && firstHour >= sinceHour);
  for await (const plan of eachSealedPlan(store, isWanted, isWalNew ? sinceHour : null)) {
    sealedInputs.add(plan);
    onPlan(plan);
    yield* vaultLines(store, plan);
  }
  yield* unsealedLines(store, wal, sealedInputs, isWanted);
}

/** What of the hours that matter lies in these write-ahead objects alone. */
export function unsealedLines(
  store: ObjectStore,
  objects: readonly WalObject[],
  sealedInputs: SealedInputs,
  isWanted: IsWanted,
): LineObject[] {
  return objects.flatMap((object) => {
    const hours = sealedInputs.unsealedHours(object)?.filter((hour) => isWanted(hour, hour)) ?? null;
    return hours?.length === 0 ? [] : [walLines(store, object, hours)];
  });
}
