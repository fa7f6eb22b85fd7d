import { createHash } from "node:crypto";
import { IoError } from "../core/fault.ts";
import { ifThere } from "../core/if-there.ts";
import { inParallel } from "../core/in-parallel.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { DAY_HOURS } from "../core/units.ts";
import { parseHourText } from "./hour-text.ts";
import { type Manifest, parseManifest, spanOfManifest } from "./manifest.ts";
import { isInSpan, type Span } from "./span.ts";
import { checkJsonSize, MOST_JSON_BYTES, refusing } from "./stored-json.ts";
import {
  manifestName,
  parseSealedName,
  recordName,
  recordPrefix,
  type SealedName,
  spanPrefix,
  spanRecordPrefix,
  vaultPrefix,
} from "./vault-name.ts";
import { walPrefix } from "./wal-name.ts";

/** What is kept in mind of a manifest: its repeats one by one are for people. */
export type KnownManifest = Omit<Manifest, "duplicates">;

/** A plan that is complete: its manifest is there, or the record that it added nothing. */
export interface SealedPlan {
  readonly name: string;
  readonly sizeBytes: number;
  /** Of the stored bytes, 64 hex digits. */
  readonly sha256: string;
  readonly span: Span;
  readonly manifest: KnownManifest;
  /** True where it added no line: nothing in the vault tells of it. */
  readonly isRecord: boolean;
}

/** Reads that are under way at a time: stores far away answer late. */
const MOST_READS = 16;
/** Records of plans that only found repeats may be lost with their folder; somebody may have put any number there. */
const MOST_MISSING = 10_000;

/** The complete plans of a stream, or of a day of it, in order of spans and plans. Rejects with `IoError`. */
export async function readSealedPlans(store: ObjectStore, stream: string, day?: string): Promise<SealedPlan[]> {
  return readAll(store, [recordPrefix(stream, day), vaultPrefix(stream, day)]);
}

/**
 * Likewise, but of the inputs of spans that are not wanted whole those alone: all that were ever removed are a hundred bytes
 * each, of years more than fits into memory.
 */
export async function readPlansOfInputs(
  store: ObjectStore,
  stream: string,
  inputs: ReadonlySet<string>,
  isWhole: (span: Span) => boolean = () => false,
): Promise<SealedPlan[]> {
  const withFew = (plan: SealedPlan): SealedPlan => ({
    ...plan,
    manifest: { ...plan.manifest, inputs: plan.manifest.inputs.filter(({ name }) => inputs.has(name)) },
  });
  const kept = (plan: SealedPlan): SealedPlan => (isWhole(plan.span) ? plan : withFew(plan));
  return readAll(store, [recordPrefix(stream), vaultPrefix(stream)], kept);
}

/**
 * The complete plans of a span, in order. Others may complete plans meanwhile, and a list may be older than what is
 * there: none is seen without all before it, but such as were lost. Rejects with `IoError`.
 */
export async function readPlansOfSpan(store: ObjectStore, span: Span): Promise<SealedPlan[]> {
  const plans = await readAll(store, [spanRecordPrefix(span), spanPrefix(span)]);
  const names = missingNames(span, plans);
  const found = await inParallel(names, MOST_READS, (name) => ifThere(findSealedPlan(store, name)));
  return [...plans, ...found.filter((plan) => plan !== null)].toSorted(byPlace);
}

/** Of the plans before the last one that are not among these: one of two objects each tells of. */
function missingNames(span: Span, plans: readonly SealedPlan[]): string[] {
  const numbers = new Set(plans.map(({ manifest }) => manifest.plan));
  const last = plans.at(-1);
  if (last === undefined) return [];
  if (last.manifest.plan - numbers.size > MOST_MISSING) {
    throw new IoError(
      "corrupt",
      `read "${last.name}": of the plans before it most are not there (hint: no sealer does so)`,
    );
  }
  const before = Array.from({ length: last.manifest.plan }, (_, index) => index + 1);
  const missing = before.filter((number) => !numbers.has(number));
  return missing.flatMap((number) => [manifestName(span, number), recordName(span, number)]);
}

/** A complete plan by the name of its manifest or record. Rejects with `IoError`, `not_found` where there is none. */
export async function findSealedPlan(store: ObjectStore, name: string): Promise<SealedPlan> {
  // Not by a list, which may be older than the object.
  return sealedPlanIn(name, await store.read(name, 0, MOST_JSON_BYTES + 1));
}

/** A complete plan by the name of its manifest or record. */
export interface ListedPlan extends SealedName {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * The complete plans of all streams, or those below these prefixes, in this order: where the one of records comes first, a
 * plan that found only repeats is never seen without those that have the lines. Rejects with `IoError`.
 */
export async function* listPlans(
  store: ObjectStore,
  prefixes: readonly string[] = [recordPrefix(), vaultPrefix()],
): AsyncIterable<ListedPlan> {
  for (const prefix of prefixes) {
    // Beside each manifest lie the lines that it names.
    for await (const { name, sizeBytes } of store.list(prefix, ".json")) {
      const said = parseSealedName(name);
      if (said !== null) yield { ...said, name, sizeBytes };
    }
  }
}

/** `kept` is what stays in memory of each. */
async function readAll(
  store: ObjectStore,
  prefixes: readonly [string, string],
  kept: (plan: SealedPlan) => SealedPlan = (plan) => plan,
): Promise<SealedPlan[]> {
  const found = await Array.fromAsync(listPlans(store, prefixes));
  const plans = await inParallel(found, MOST_READS, async ({ name, sizeBytes }) =>
    kept(await readSealedPlan(store, name, sizeBytes)),
  );
  return plans.toSorted(byPlace);
}

/** Rejects with `IoError`, `corrupt` where its content does not fit its name. */
export async function readSealedPlan(store: ObjectStore, name: string, sizeBytes: number): Promise<SealedPlan> {
  checkJsonSize(sizeBytes, refusing(name));
  return sealedPlanIn(name, await store.read(name, 0, sizeBytes));
}

/** The same from the stored bytes; throws `IoError`. */
export function sealedPlanIn(name: string, bytes: Buffer): SealedPlan {
  checkJsonSize(bytes.length, refusing(name));
  const { duplicates: _duplicates, ...manifest } = parseManifest(name, bytes);
  const span = spanOfManifest(manifest);
  const said = parseSealedName(name);
  const fits =
    said?.stream === span.stream &&
    said.day === span.day &&
    said.hourOfDay === span.firstHour % DAY_HOURS &&
    said.plan === manifest.plan;
  if (!fits) throw new IoError("corrupt", `read "${name}": it speaks of another span (hint: restore it from a copy)`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, sizeBytes: bytes.length, sha256, span, manifest, isRecord: manifest.outputs.length === 0 };
}

const STREAM = /^(?:wal|vault\/v1)\/([a-z0-9-]{1,63})\/$/;

/** The streams that an archive has, in order; it takes as long as there are streams. Rejects with `IoError`. */
export async function listStreams(store: ObjectStore): Promise<string[]> {
  const streams = new Set<string>();
  for (const prefix of [walPrefix(null), vaultPrefix()]) {
    for await (const folder of store.listFolders(prefix)) {
      const [, stream] = STREAM.exec(folder) ?? [];
      if (stream !== undefined && (await hasDays(store, folder))) streams.add(stream);
    }
  }
  return [...streams].toSorted();
}

/** Public keys lie beside the streams, and anybody may have put anything there: a stream has objects in folders. */
async function hasDays(store: ObjectStore, stream: string): Promise<boolean> {
  for await (const day of store.listFolders(stream)) {
    for await (const _ of store.list(day)) return true;
  }
  return false;
}

/** The hours of each write-ahead object that these plans have sealed; of the named ones alone, where there are names. */
export function sealedHours(
  plans: readonly SealedPlan[],
  names: ReadonlySet<string> | null = null,
): ReadonlyMap<string, readonly SealedInput[]> {
  const inputs = new Map<string, SealedInput[]>();
  for (const { span, manifest } of plans) {
    for (const { name, hours } of manifest.inputs) {
      if (names !== null && !names.has(name)) continue;
      const known = inputs.get(name) ?? [];
      inputs.set(name, known);
      known.push({ span, hours: hours?.map(parseHourText) ?? null });
    }
  }
  return inputs;
}

/** Those of an object's hours that none of the plans which have read it has sealed. */
export function unsealedHours(hours: readonly number[], inputs: readonly SealedInput[]): number[] {
  return hours.filter((hour) => !inputs.some(({ span }) => isInSpan(span, hour)));
}

/** All hours of an object, as one of these says; null where none does. */
export function notedHours(inputs: readonly SealedInput[]): readonly number[] | null {
  return inputs.find(({ hours }) => hours !== null)?.hours ?? null;
}

/** A write-ahead object as input of a plan. */
export interface SealedInput {
  readonly span: Span;
  /** All hours of the object; null for the one that its name says. */
  readonly hours: readonly number[] | null;
}

function byPlace(a: SealedPlan, b: SealedPlan): number {
  return a.span.firstHour - b.span.firstHour || a.manifest.plan - b.manifest.plan;
}
