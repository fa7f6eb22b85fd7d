import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { measureIfThere } from "../digest/stored-object.ts";
import type { PlanOutput, StoredObject } from "../manifest.ts";
import { judgeLines } from "../seal/judged-lines.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { isInSpan, type Span } from "../span.ts";
import { folderOf } from "../vault-name.ts";
import { type RemovableObject, untrueOf } from "./removable-object.ts";
import type { SignedCoverage } from "./signed-coverage.ts";

/** What a plan says: the lines of an object in its span are in segments that are signed. */
interface Claim {
  readonly object: RemovableObject;
  /** Name of the manifest, or of the record. */
  readonly plan: string;
  readonly takes: (hour: number) => boolean;
}

/** What plans say of a span, and the signed segments that it has to be true of. */
export interface SpanClaims {
  readonly claims: readonly Claim[];
  readonly segments: readonly PlanOutput[];
}

/** An object that a plan is wrong about: lines of it are in no segment that is signed. */
export interface UnprovenObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** Name of the manifest, or of the record. */
  readonly plan: string;
  /** How many, without repeats. */
  readonly lines: number;
}

interface ClaimsOfSpan {
  readonly span: Span;
  readonly claims: Claim[];
}

/**
 * What is to be proved before these objects may go. Nobody signs records, and whoever signs a manifest reads its segments,
 * not its inputs: it may name one whose lines no sealer has seen. `plans` are those of their stream.
 */
export function claimsOf(
  objects: readonly RemovableObject[],
  coverage: ReadonlyMap<string, SignedCoverage>,
  plans: readonly SealedPlan[],
  signed: ReadonlyMap<string, StoredObject>,
): SpanClaims[] {
  const bySpan = new Map<string, ClaimsOfSpan>();
  for (const object of objects) {
    for (const { plan, span, takes } of claimedLines(coverage.get(object.name)?.plans ?? [])) {
      const folder = folderOf(span);
      const ofSpan: ClaimsOfSpan = bySpan.get(folder) ?? { span, claims: [] };
      bySpan.set(folder, ofSpan);
      ofSpan.claims.push({ object, plan, takes });
    }
  }
  const signedPlans = Map.groupBy(
    plans.filter(({ name, isRecord }) => !isRecord && signed.has(name)),
    ({ span }) => span.day,
  );
  return [...bySpan.values()].map(({ span, claims }) => {
    const ofSpan = (signedPlans.get(span.day) ?? []).filter((plan) => plan.span.firstHour === span.firstHour);
    return { claims, segments: ofSpan.flatMap(({ manifest }) => manifest.outputs) };
  });
}

interface ClaimedLines extends Omit<Claim, "object"> {
  readonly span: Span;
}

function claimedLines(plans: readonly SealedPlan[]): ClaimedLines[] {
  return plans.map(({ name, span }, index) => ({
    plan: name,
    span,
    takes: (hour) => {
      const place = plans.findIndex((each) => isInSpan(each.span, hour));
      // A plan also says which hours an object has: a line of another one must not be overlooked.
      return place === index || (place < 0 && index === 0);
    },
  }));
}

/**
 * Looks for each line that plans speak of in the signed segments; resolves with the objects of which one is not there.
 * Objects that are gone, or not what manifests say, are passed over. In the memory of a seal. Rejects with `IoError`.
 */
export async function findUnproven(
  store: ObjectStore,
  { claims, segments }: SpanClaims,
): Promise<readonly UnprovenObject[]> {
  const there = await claimsAsSaid(store, claims);
  const [first] = there;
  if (first === undefined) return [];
  const lines = await countMissing(store, there, segments);
  if (lines === "gone") return findUnproven(store, { claims: there, segments });
  if (lines === 0) return [];
  const { object, plan } = first;
  if (there.length === 1) return [{ name: object.name, sizeBytes: object.sizeBytes, plan, lines }];
  // A line that is missing makes its copies in further objects look good: only each by itself tells.
  const half = Math.ceil(there.length / 2);
  const halves = [there.slice(0, half), there.slice(half)];
  const found: UnprovenObject[] = [];
  for (const each of halves) found.push(...(await findUnproven(store, { claims: each, segments })));
  return found;
}

async function claimsAsSaid(store: ObjectStore, claims: readonly Claim[]): Promise<Claim[]> {
  const asSaid: Claim[] = [];
  for (const claim of claims) {
    const found = await measureIfThere(store, claim.object.name, () => undefined);
    if (found !== null && untrueOf(claim.object, found) === undefined) asSaid.push(claim);
  }
  return asSaid;
}

/** How many lines are not in the segments; copies count once. `gone`: somebody else has removed an object meanwhile. */
async function countMissing(
  store: ObjectStore,
  claims: readonly Claim[],
  segments: readonly PlanOutput[],
): Promise<number | "gone"> {
  const inputs = claims.map(({ object: { name, sizeBytes }, takes }) => ({ name, sizeBytes, takes }));
  const { signal } = new AbortController();
  let lines = 0;
  try {
    await judgeLines(
      { store, inputs, earlier: segments, signal },
      (_line, _hash, verdict) => {
        if (verdict !== "duplicate") lines += 1;
      },
      () => Promise.resolve(),
    );
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "not_found") throw error;
    // Else it is a segment that is missing.
    if ((await claimsAsSaid(store, claims)).length === claims.length) throw error;
    return "gone";
  }
  return lines;
}
