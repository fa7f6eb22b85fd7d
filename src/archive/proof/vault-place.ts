import { hourOfId } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";
import { rowsWithId } from "../lines-with-id.ts";
import { byLookups } from "../lookup/by-lookups.ts";
import { keyOfId } from "../lookup/lookup-key.ts";
import { type LookupTrouble, lookUpBlocks } from "../lookup/segment-lookup.ts";
import type { PlanOutput } from "../manifest.ts";
import { eachSealedPlan } from "../plan-list.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { openOutput } from "../vault-reader.ts";
import { listWal, openWalObject } from "../wal-reader.ts";

/** Where in the vault a line lies. */
export interface LinePlace {
  readonly plan: SealedPlan;
  readonly output: PlanOutput;
  readonly segment: SegmentReader;
  /** Which block of the segment, from 0. */
  readonly block: number;
  /** Which line of the block, from 0. */
  readonly blockRow: number;
}

/** Where the vault has lines with an id. */
export interface PlacesInVault {
  /** Of a conflict there are several, and each stream has its own. In order of streams, plans and rows. */
  readonly places: readonly LinePlace[];
  /** The names of the manifests of its hour. */
  readonly manifests: ReadonlySet<string>;
  /** What is to be told of the look-ups, in whole sentences. */
  readonly remarks: readonly string[];
}

/**
 * Every place in the vault of a line with that id: by the look-ups of its hour where they lead to all variants that the
 * manifests know, else by reading all ids of that hour. Rejects with `IoError`.
 */
export async function locateInVault(store: ObjectStore, id: string): Promise<PlacesInVault> {
  const { found: places, manifests, remarks } = await byLookups(id, (trouble) => placesOf(store, id, trouble));
  return { places, manifests, remarks };
}

interface FoundPlaces {
  readonly found: readonly LinePlace[];
  readonly manifests: ReadonlySet<string>;
  /** True where a line was found, and of no stream a manifest knows of more variants. */
  readonly isWhole: boolean;
  /** Look-ups that were believed. */
  readonly lookups: number;
}

/** Without `trouble` no look-up is used. */
async function placesOf(store: ObjectStore, id: string, trouble: LookupTrouble | null): Promise<FoundPlaces> {
  const hour = hourOfId(id);
  const places: LinePlace[] = [];
  const manifests = new Set<string>();
  const variants = new Map<string, number>();
  let lookups = 0;
  for await (const plan of eachSealedPlan(store, (first, last) => first <= hour && hour <= last)) {
    manifests.add(plan.name);
    const conflict = plan.manifest.conflicts.find((each) => each.id === id);
    if (conflict !== undefined) variants.set(plan.span.stream, conflict.variants);
    for (const output of plan.manifest.outputs) {
      const blocks = trouble === null ? null : await lookUpBlocks(store, output, "ids", [keyOfId(id)], trouble);
      if (blocks !== null) lookups += 1;
      if (blocks?.size !== 0) places.push(...(await placesInSegment(store, id, { plan, output }, blocks)));
    }
  }
  const countOf = (stream: string): number => places.filter(({ plan }) => plan.span.stream === stream).length;
  const isWhole = places.length > 0 && [...variants].every(([stream, known]) => countOf(stream) >= known);
  return { found: places, manifests, isWhole, lookups };
}

async function placesInSegment(
  store: ObjectStore,
  id: string,
  { plan, output }: Pick<LinePlace, "plan" | "output">,
  blocks: ReadonlySet<number> | null,
): Promise<LinePlace[]> {
  const segment = await openOutput(store, output);
  const places: LinePlace[] = [];
  for (const [block, each] of segment.blocks.entries()) {
    if (blocks?.has(block) === false) continue;
    for (const blockRow of await rowsWithId(segment, each, id)) places.push({ plan, output, segment, block, blockRow });
  }
  return places;
}

/** The name of a write-ahead object that has a line with that id; null where none has. Rejects with `IoError`. */
export async function locateUnsealed(store: ObjectStore, id: string): Promise<string | null> {
  const hour = hourOfId(id);
  for await (const object of listWal(store, null)) {
    if (hour < object.firstHour || hour > object.lastHour) continue;
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      if ((await rowsWithId(segment, block, id)).length > 0) return object.name;
    }
  }
  return null;
}
