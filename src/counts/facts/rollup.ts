import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../../archive/canonical-json.ts";
import type { StoredObject } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { parseStored } from "../../archive/stored-json.ts";
import { IoError, isOfObject } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { Segment } from "../segment.ts";
import { type FactsBasis, otherBasis, type StoredBasis, storedBasis } from "./facts-basis.ts";
import { factsPrefix, rollupPrefix } from "./facts-name.ts";
import { readReceiptBytes, refusingView } from "./receipt.ts";
import { ROLLUP_SHAPE } from "./receipt-shape.ts";

/** Of the columns, and of what they mean. */
export const ROLLUP_FORMAT = 4;

/** A plan whose facts are in a roll-up. */
export interface RollupInput {
  /** Of the manifest. */
  readonly name: string;
  readonly sha256: string;
  /** The files of its facts. */
  readonly facts: readonly StoredObject[];
}

/**
 * What a file has rows of: `events` by user and `sessions` by run, both of one segment; `runs`, what each visitor did
 * without a longer pause, and `owners`, the groups in which somebody of their name acted, of none.
 */
export type RollupFileKind = "events" | "sessions" | "runs" | "owners";

export interface RollupFile extends StoredObject {
  readonly kind: RollupFileKind;
  readonly segment: Segment | null;
  readonly rows: number;
}

/** The counts of a day of one stream by user and by run, in the words of the stored JSON. */
export interface Rollup extends StoredBasis {
  readonly format: number;
  readonly stream: string;
  readonly day: string;
  readonly inputs: readonly RollupInput[];
  /** Which instances its events have, in order. */
  readonly instances: readonly string[];
  /** Names of the events of the day, in order: each has a column in the files by user. */
  readonly events: readonly string[];
  readonly files: readonly RollupFile[];
}

/** Its file of that kind, and of that segment where the kind has one. Throws `IoError` `corrupt` where there is none. */
export function rollupFile(rollup: Rollup, kind: RollupFileKind, segment: Segment): RollupFile {
  const wanted = kind === "events" || kind === "sessions" ? segment : null;
  const file = rollup.files.find((each) => each.kind === kind && each.segment === wanted);
  if (file !== undefined) return file;
  throw new IoError(
    "corrupt",
    `the roll-up of ${rollup.day} names no file of ${kind}${wanted === null ? "" : ` by ${wanted}`}`,
  );
}

/** The name of a roll-up, but for its end. Other inputs have another name, so that none is ever out of date. */
export function rollupName(basis: FactsBasis, stream: string, day: string, inputs: readonly RollupInput[]): string {
  const all = { format: ROLLUP_FORMAT, ...storedBasis(basis), inputs };
  const digest = createHash("sha256")
    .update(canonicalJson(all as unknown as Json))
    .digest("hex");
  return `${rollupPrefix(basis.catalogue, stream, day)}${digest}`;
}

/** A roll-up that holds the facts of some plans of a day, and those plans that it does not hold. */
export interface FoundRollup {
  readonly name: string;
  readonly rollup: Rollup;
  readonly others: readonly SealedPlan[];
}

/**
 * The roll-up of a day that holds most of these plans and no other; null where none can be used. A plan that it does not
 * hold may have no conflicts, since its lines could take back what was counted. Rejects with `IoError`.
 */
export async function findRollup(
  store: ObjectStore,
  basis: FactsBasis,
  stream: string,
  day: string,
  plans: readonly SealedPlan[],
  tell: (sentence: string) => void,
): Promise<FoundRollup | null> {
  let best: FoundRollup | null = null;
  for await (const { name } of store.list(rollupPrefix(basis.catalogue, stream, day))) {
    if (!name.endsWith(".json")) continue;
    const rollup = await readRollup(store, name, tell);
    if (rollup === null || !isWhole(name, rollup, basis, stream, day)) continue;
    const others = plansBeside(rollup, plans);
    if (others !== null && (best === null || others.length < best.others.length)) best = { name, rollup, others };
  }
  return best;
}

/** Null for one that cannot be read, or is just being replaced, which is told: the facts themselves are counted then. */
async function readRollup(store: ObjectStore, name: string, tell: (sentence: string) => void): Promise<Rollup | null> {
  try {
    return parseRollup(name, await readReceiptBytes(store, name));
  } catch (error) {
    if (!isOfObject(error)) throw error;
    tell(`a roll-up is not used: ${error.message}`);
    return null;
  }
}

/** Throws `IoError` `corrupt`, naming it and what is wrong, for what is no roll-up. */
export function parseRollup(name: string, bytes: Buffer): Rollup {
  return parseStored(bytes, ROLLUP_SHAPE, refusingView(name), ROLLUP_FORMAT) as Rollup;
}

/** Names of files whose facts are in the roll-up, and that are gone or cut. Rejects with `IoError`. */
export async function missingFacts(store: ObjectStore, { rollup }: FoundRollup): Promise<string[]> {
  const sizes = new Map<string, number>();
  for await (const { name, sizeBytes } of store.list(factsPrefix(rollup.catalogue, rollup.stream, rollup.day))) {
    sizes.set(name, sizeBytes);
  }
  const facts = rollup.inputs.flatMap((input) => input.facts);
  return facts.filter(({ name, size_bytes: sizeBytes }) => sizes.get(name) !== sizeBytes).map(({ name }) => name);
}

/** The name is the digest of what it says. */
function isWhole(name: string, rollup: Rollup, basis: FactsBasis, stream: string, day: string): boolean {
  return (
    rollup.format === ROLLUP_FORMAT &&
    otherBasis(rollup, basis) === null &&
    `${rollupName(basis, stream, day, rollup.inputs)}.json` === name
  );
}

function plansBeside({ inputs }: Rollup, plans: readonly SealedPlan[]): SealedPlan[] | null {
  const sha256 = new Map(inputs.map((input) => [input.name, input.sha256]));
  const others = plans.filter((plan) => sha256.get(plan.name) !== plan.sha256);
  if (plans.length - others.length !== inputs.length) return null;
  return others.some(({ manifest }) => manifest.conflicts.length > 0) ? null : others;
}
