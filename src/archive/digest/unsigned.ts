import { IoError } from "../../core/fault.ts";
import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { filesOf, type StoredObject } from "../manifest.ts";
import { findSealedPlan, readSealedPlan, type SealedPlan } from "../sealed-plan.ts";
import { measureObject } from "../stored-bytes.ts";
import {
  attemptPrefix,
  manifestNameOf,
  parsePlanName,
  parseSealedName,
  parseSegmentName,
  type SealedName,
  type SegmentName,
  vaultPrefix,
} from "../vault-name.ts";
import { distrust } from "./distrust.ts";
import { measureIfThere } from "./stored-object.ts";

/** What no digest names. */
export interface Unsigned {
  /** Those of each span in their order. */
  readonly plans: readonly SealedPlan[];
  /**
   * Segments of attempts that were given up, of plans that are complete. No manifest counts them, but they are there for
   * good; and such a one may come after the manifest, from a sealer that was away for long. What no attempt can have
   * written is none of them, nor what the attempt that became the manifest would have had to name: somebody else has put
   * it there.
   */
  readonly abandoned: readonly string[];
}

/**
 * What of the vault is to be signed. Rejects with `IoError`, `corrupt` where a manifest is missing before one that is not
 * signed. Records are no part of that: they are lost with `ctl`, and nothing rests on them.
 */
export async function readUnsigned(
  store: ObjectStore,
  stream: string,
  signed: ReadonlyMap<string, StoredObject>,
): Promise<Unsigned> {
  const manifests: (SealedName & { readonly name: string; readonly sizeBytes: number })[] = [];
  const segments: NamedSegment[] = [];
  for await (const { name, sizeBytes } of store.list(vaultPrefix(stream))) {
    const manifest = parseSealedName(name);
    if (manifest !== null) manifests.push({ ...manifest, name, sizeBytes });
    const segment = signed.has(name) ? null : parseSegmentName(name);
    if (segment !== null) segments.push({ ...segment, name });
  }
  manifests.sort((a, b) => a.plan - b.plan);
  const revisions = new Map<string, number>();
  const lastPlans = new Map<string, number>();
  const plans: SealedPlan[] = [];
  for (const { name, sizeBytes, plan, ...place } of manifests) {
    const span = spanText(place);
    const revision = (revisions.get(span) ?? 0) + 1;
    revisions.set(span, revision);
    lastPlans.set(span, plan);
    if (!signed.has(name)) plans.push(await readRevision(store, name, sizeBytes, revision));
  }
  const named = new Set(plans.flatMap(({ manifest }) => filesOf(manifest.outputs)).map(({ name }) => name));
  const isComplete = (segment: SealedName): boolean => segment.plan <= (lastPlans.get(spanText(segment)) ?? 0);
  const abandoned = segments.filter((segment) => !named.has(segment.name) && isComplete(segment));
  const attempts = new Map(plans.map(({ name, manifest }) => [name, manifest.attempt]));
  return { plans, abandoned: await namesOfAttempts(store, await ofOtherAttempts(store, abandoned, attempts)) };
}

interface NamedSegment extends SegmentName {
  readonly name: string;
}

/**
 * What one digest after the other is to name: plans in their order, each as a whole, and at most so many objects, but where
 * a single plan has more.
 */
export function inDigests({ plans, abandoned }: Unsigned, mostObjects: number): Unsigned[] {
  const digests: { plans: SealedPlan[]; abandoned: string[] }[] = [];
  let room = 0;
  const add = (objects: number): { plans: SealedPlan[]; abandoned: string[] } => {
    const last = digests.at(-1);
    const isNew = last === undefined || objects > room;
    const digest = isNew ? { plans: [], abandoned: [] } : last;
    if (isNew) digests.push(digest);
    room = (isNew ? mostObjects : room) - objects;
    return digest;
  };
  for (const plan of plans) add(1 + 2 * plan.manifest.outputs.length).plans.push(plan);
  for (const name of abandoned) add(1).abandoned.push(name);
  return digests;
}

/** Those of these names of segments whose attempt is pinned. Rejects with `IoError`. */
export async function pinnedSegments(store: ObjectStore, names: readonly string[]): Promise<string[]> {
  const segments = names.flatMap((name): NamedSegment[] => {
    const parsed = parseSegmentName(name);
    return parsed === null ? [] : [{ ...parsed, name }];
  });
  return namesOfAttempts(store, segments);
}

/** Those that the attempt which became the manifest of their plan has not written. `attempts` has some, by manifest. */
async function ofOtherAttempts(
  store: ObjectStore,
  segments: readonly NamedSegment[],
  attempts: ReadonlyMap<string, number>,
): Promise<NamedSegment[]> {
  const found: NamedSegment[] = [];
  for (const [name, ofPlan] of Map.groupBy(segments, manifestNameOf)) {
    const attempt = attempts.get(name) ?? (await ifThere(findSealedPlan(store, name)))?.manifest.attempt;
    found.push(...ofPlan.filter((segment) => segment.attempt !== attempt));
  }
  return found;
}

/** The names of those whose attempt is pinned: a sealer does that before it writes anything. */
async function namesOfAttempts(store: ObjectStore, segments: readonly NamedSegment[]): Promise<string[]> {
  const names: string[] = [];
  for (const [prefix, ofPlan] of Map.groupBy(segments, attemptPrefix)) {
    const attempts = new Set<number>();
    for await (const { name } of store.list(prefix)) attempts.add(parsePlanName(name)?.attempt ?? 0);
    names.push(...ofPlan.filter(({ attempt }) => attempts.has(attempt)).map(({ name }) => name));
  }
  return names;
}

function spanText({ day, hourOfDay }: Pick<SealedName, "day" | "hourOfDay">): string {
  return `${day}/${hourOfDay}`;
}

async function readRevision(
  store: ObjectStore,
  name: string,
  sizeBytes: number,
  revision: number,
): Promise<SealedPlan> {
  const plan = await readSealedPlan(store, name, sizeBytes);
  if (plan.manifest.revision === revision) return plan;
  throw new IoError(
    "corrupt",
    `sign "${name}": it is revision ${plan.manifest.revision} of its hours, and revision ${revision} is missing ` +
      "(hint: run again; where it stays so, restore it from a copy)",
  );
}

/**
 * What is to be signed, as it is stored: read whole, and held against what the manifests say. Rejects with `IoError`,
 * `corrupt` and naming it where an object is missing or altered.
 */
export async function measureUnsigned(
  store: ObjectStore,
  { plans, abandoned }: Unsigned,
  onBytes: (bytes: number) => void,
): Promise<StoredObject[]> {
  const objects = new Map<string, StoredObject>();
  for (const { name, sizeBytes, sha256, manifest } of plans) {
    objects.set(name, { name, size_bytes: sizeBytes, sha256 });
    for (const said of filesOf(manifest.outputs)) {
      const found = await measureIfThere(store, said.name, onBytes);
      checkAsSaid(name, said, found);
      objects.set(said.name, said);
    }
  }
  for (const name of abandoned) objects.set(name, await measureObject(store, name, onBytes));
  return [...objects.values()];
}

function checkAsSaid(manifest: string, said: StoredObject, found: StoredObject | null): void {
  if (found === null) throw distrust(said.name, `it is missing, and "${manifest}" names it`);
  if (found.size_bytes !== said.size_bytes) {
    throw distrust(said.name, `it has ${found.size_bytes} bytes, "${manifest}" says ${said.size_bytes}`);
  }
  if (found.sha256 !== said.sha256) {
    throw distrust(said.name, `its SHA-256 is ${found.sha256}, "${manifest}" says ${said.sha256}`);
  }
}
