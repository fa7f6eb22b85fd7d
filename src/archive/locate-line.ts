import { UsageError } from "../core/fault.ts";
import { END_HOUR, hourText } from "../core/hour.ts";
import { hourOfId } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { listLineObjects } from "./line-object.ts";
import { holdsVariants, type LocatedLine, linesWithId } from "./lines-with-id.ts";
import { locateByNames } from "./locate-by-names.ts";
import { keyOfId } from "./lookup/lookup-key.ts";
import { type LookupTrouble, lookUpBlocks, noTrouble, troubleSentence } from "./lookup/segment-lookup.ts";
import { type Conflict, standsBefore } from "./manifest.ts";

/** What an archive has of an id. */
export interface LocatedId {
  /** All variants, each once; the one that stands first. None where no line has the id. */
  readonly variants: readonly LocatedLine[];
  /** What is to be told of the look-ups, in whole sentences. */
  readonly remarks: readonly string[];
}

/** Throws `UsageError` for what is no id of a line. */
export function checkLineId(id: string): void {
  if (/^[0-9a-f]{32}$/.test(id) && hourOfId(id) < END_HOUR) return;
  throw new UsageError(
    `find line "${id}": not the id of a line (hint: 32 hex digits, as "archive find --meta" prints them)`,
  );
}

/**
 * Finds the lines with an id: by the look-ups of its hour where they can be believed, else by reading all ids of that
 * hour. Look-ups only say where to look: none can make up a line, and none is believed that says there is none. Rejects
 * with `IoError`.
 */
export async function locateLine(store: ObjectStore, id: string): Promise<LocatedId> {
  checkLineId(id);
  const named = await locateByNames(store, id);
  if (named !== null) return { variants: inOrder(id, named), remarks: [] };
  const trouble = noTrouble();
  const quick = await readHour(store, id, trouble);
  const remarks = trouble.segments === 0 ? [] : [troubleSentence(trouble)];
  const isSure = quick.found.length > 0 && holdsVariants(quick.found, quick.conflicts);
  // Without look-ups all ids were read.
  if (isSure || quick.lookups === 0) return { variants: inOrder(id, quick.found), remarks };
  const whole = await readHour(store, id, null);
  if (whole.found.length > quick.found.length) {
    const hour = hourText(hourOfId(id));
    remarks.push(`a look-up of ${hour} does not name a line that is there (hint: "logtally archive index" mends it)`);
  }
  return { variants: inOrder(id, whole.found), remarks };
}

/** What was found in the hour of an id, and what the manifests of that hour say of it. */
interface FoundInHour {
  readonly found: readonly LocatedLine[];
  /** By stream, the last ones. */
  readonly conflicts: readonly Conflict[];
  /** Look-ups that were believed. */
  readonly lookups: number;
}

/** Without `trouble` no look-up is used. */
async function readHour(store: ObjectStore, id: string, trouble: LookupTrouble | null): Promise<FoundInHour> {
  const hour = hourOfId(id);
  const found: LocatedLine[] = [];
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
  return { found, conflicts: [...conflicts.values()], lookups };
}

function inOrder(id: string, found: readonly LocatedLine[]): LocatedLine[] {
  const once = new Map(found.map((each) => [`${each.hash} ${each.line.meta.log}`, each] as const).toReversed());
  const keyOf = ({ hash, line }: LocatedLine): { hash: string; log: string } => ({ hash, log: line.meta.log });
  return [...once.values()].toSorted((a, b) => (standsBefore(id, keyOf(a), keyOf(b)) ? -1 : 1));
}
