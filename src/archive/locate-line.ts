import { UsageError } from "../core/fault.ts";
import { END_HOUR } from "../core/hour.ts";
import { hourOfId } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { listLineObjects } from "./line-object.ts";
import { holdsVariants, type LocatedLine, linesWithId } from "./lines-with-id.ts";
import { locateByNames } from "./locate-by-names.ts";
import { byLookups } from "./lookup/by-lookups.ts";
import { keyOfId } from "./lookup/lookup-key.ts";
import { type LookupTrouble, lookUpBlocks } from "./lookup/segment-lookup.ts";
import { type Conflict, standsBefore } from "./manifest.ts";

/** What an archive has of an id. */
export interface LocatedId {
  /** All variants, each once; the one that stands first. None where no line has the id. */
  readonly variants: readonly LocatedLine[];
  /** What is to be told of the look-ups, in whole sentences. */
  readonly remarks: readonly string[];
}

export function isLineId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id) && hourOfId(id) < END_HOUR;
}

/** Throws `UsageError` for what is no id of a line. */
export function checkLineId(id: string): void {
  if (isLineId(id)) return;
  throw new UsageError(
    `find line "${id}": not the id of a line (hint: 32 hex digits, as "archive find --meta" prints them)`,
  );
}

/**
 * Finds the lines with an id: by the look-ups of its hour where they can be believed, else by reading all ids of that
 * hour. Rejects with `IoError`.
 */
export async function locateLine(store: ObjectStore, id: string): Promise<LocatedId> {
  checkLineId(id);
  const named = await locateByNames(store, id);
  if (named !== null) return { variants: inOrder(id, named), remarks: [] };
  const { found, remarks } = await byLookups(id, (trouble) => readHour(store, id, trouble));
  return { variants: inOrder(id, found), remarks };
}

/** What was found in the hour of an id. */
interface FoundInHour {
  readonly found: readonly LocatedLine[];
  /** True where a line was found, and no manifest knows of more variants. */
  readonly isWhole: boolean;
  /** Look-ups that were believed. */
  readonly lookups: number;
}

/** Without `trouble` no look-up is used. */
async function readHour(store: ObjectStore, id: string, trouble: LookupTrouble | null): Promise<FoundInHour> {
  const hour = hourOfId(id);
  const found: LocatedLine[] = [];
  // By stream, the last ones.
  const conflicts = new Map<string, Conflict>();
  let lookups = 0;
  const isWanted = (firstHour: number, lastHour: number): boolean => firstHour <= hour && hour <= lastHour;
  const objects = listLineObjects(store, isWanted, ({ span, manifest }) => {
    const conflict = manifest.conflicts.find((each) => each.id === id);
    if (conflict !== undefined) conflicts.set(span.stream, conflict);
  });
  for await (const object of objects) {
    const blocks =
      object.sealed === null || trouble === null
        ? null
        : await lookUpBlocks(store, object.sealed.output, "ids", [keyOfId(id)], trouble);
    if (blocks !== null) lookups += 1;
    if (blocks?.size !== 0) found.push(...(await linesWithId(object, await object.open(), id, blocks)));
  }
  const isWhole = found.length > 0 && holdsVariants(found, [...conflicts.values()]);
  return { found, isWhole, lookups };
}

function inOrder(id: string, found: readonly LocatedLine[]): LocatedLine[] {
  const once = new Map(found.map((each) => [`${each.hash} ${each.line.meta.log}`, each] as const).toReversed());
  const keyOf = ({ hash, line }: LocatedLine): { hash: string; log: string } => ({ hash, log: line.meta.log });
  return [...once.values()].toSorted((a, b) => (standsBefore(id, keyOf(a), keyOf(b)) ? -1 : 1));
}
