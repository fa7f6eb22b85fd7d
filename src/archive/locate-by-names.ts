import { isOfObject } from "../core/fault.ts";
import { hourOfId, isIdOf } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { DAY_HOURS } from "../core/units.ts";
import { holdsVariants, type LocatedLine, linesWithId } from "./lines-with-id.ts";
import { outputDigest } from "./lookup/lookup-file.ts";
import { keyOfId } from "./lookup/lookup-key.ts";
import { lookupName } from "./lookup/lookup-name.ts";
import { type Lookup, openLookup } from "./lookup/lookup-reader.ts";
import type { Conflict } from "./manifest.ts";
import { readSealedPlan } from "./sealed-plan.ts";
import { dayOfHour, isInSpan } from "./span.ts";
import { parseSealedName, parseSegmentName, placeOf, vaultPrefix } from "./vault-name.ts";
import { type OutputFiles, openOutput } from "./vault-reader.ts";
import { listWal } from "./wal-reader.ts";

/**
 * The shortest way to the lines with an id: from names alone to their look-ups, and from there to single blocks. A line
 * whose id is made of its own bytes proves itself, and stands before all others; for other ids the manifests are asked
 * what else there is. Null where this way does not lead to a sure answer: lines of the hour may lie in the write-ahead
 * log, a look-up is missing or wrong, or nothing was found. Rejects with `IoError`.
 */
export async function locateByNames(store: ObjectStore, id: string): Promise<LocatedLine[] | null> {
  const hour = hourOfId(id);
  for await (const { firstHour, lastHour } of listWal(store, null)) {
    if (firstHour <= hour && hour <= lastHour) return null;
  }
  const plans = await listPlans(store, hour);
  // Which attempt counts is told by the manifest alone.
  if (plans.some(({ attempts }) => attempts > 1)) return null;
  try {
    const found: LocatedLine[] = [];
    const opened = await openLookups(store, plans);
    for (const { segment, lookup } of opened) {
      const blocks = await lookup.blocksOf("ids", [keyOfId(id)]);
      if (blocks.size === 0) continue;
      const reader = await openOutput(store, segment);
      // Of another segment that had this name.
      if (reader.table.root.toString("hex") !== lookup.header.root) return null;
      found.push(...(await linesWithId({ name: segment.lines.name, onlyHours: null }, reader, id, blocks)));
    }
    if (found.length === 0) return null;
    if (found.some(({ hash }) => isIdOf(id, hash))) return found;
    return (await manifestsAgree(store, plans, opened, id, found)) ? found : null;
  } catch (error) {
    // Whoever goes the long way names what is broken.
    if (!isOfObject(error)) throw error;
    return null;
  }
}

/** A plan by the names of its objects. */
interface NamedPlan {
  readonly manifest: { readonly name: string; readonly sizeBytes: number };
  readonly segments: readonly OutputFiles[];
  /** How many attempts have left segments. */
  readonly attempts: number;
}

interface NamedObject {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The plans of each stream that may have lines of the hour: of the last span of its day that begins by then. */
async function listPlans(store: ObjectStore, hour: number): Promise<NamedPlan[]> {
  const plans: NamedPlan[] = [];
  for await (const stream of store.listFolders(vaultPrefix())) {
    let objects: NamedObject[] = [];
    let hourOfDay = -1;
    for await (const { name, sizeBytes } of store.list(`${stream}${dayOfHour(hour)}/`)) {
      const place = placeOf(name);
      if (place === null || place.hourOfDay > hour % DAY_HOURS) continue;
      // Names come in order, and a later folder without a manifest holds nothing that counts.
      if (place.hourOfDay !== hourOfDay) objects = [];
      hourOfDay = place.hourOfDay;
      objects.push({ name, sizeBytes });
    }
    plans.push(...plansOf(objects));
  }
  return plans;
}

function plansOf(objects: readonly NamedObject[]): NamedPlan[] {
  const sizes = new Map(objects.map(({ name, sizeBytes }) => [name, sizeBytes]));
  return objects.flatMap(({ name, sizeBytes }) => {
    const plan = parseSealedName(name)?.plan;
    if (plan === undefined) return [];
    const own = objects.flatMap((object) => {
      const segment = parseSegmentName(object.name);
      return segment?.plan === plan && !object.name.endsWith(".meta.ndjson.zst") ? [{ object, segment }] : [];
    });
    const segments = own.map(({ object: { name: lines, sizeBytes: size } }): OutputFiles => {
      const meta = lines.replace(/\.ndjson\.zst$/, ".meta.ndjson.zst");
      return { lines: { name: lines, size_bytes: size }, meta: { name: meta, size_bytes: sizes.get(meta) ?? 0 } };
    });
    const attempts = new Set(own.map(({ segment }) => segment.attempt)).size;
    return [{ manifest: { name, sizeBytes }, segments, attempts }];
  });
}

interface OpenedLookup {
  readonly segment: OutputFiles;
  readonly lookup: Lookup;
}

/** Rejects with `IoError`, `corrupt` or `not_found` where one of them cannot be believed. */
async function openLookups(store: ObjectStore, plans: readonly NamedPlan[]): Promise<OpenedLookup[]> {
  const opened: OpenedLookup[] = [];
  for (const segment of plans.flatMap(({ segments }) => segments)) {
    opened.push({ segment, lookup: await openLookup(store, lookupName(segment.lines.name)) });
  }
  return opened;
}

/** True where the manifests name just these segments, and no variant of the id that was not found. */
async function manifestsAgree(
  store: ObjectStore,
  plans: readonly NamedPlan[],
  opened: readonly OpenedLookup[],
  id: string,
  found: readonly LocatedLine[],
): Promise<boolean> {
  const digests = new Map(opened.map(({ segment, lookup }) => [segment.lines.name, lookup.header.output]));
  const conflicts: Conflict[] = [];
  for (const { manifest, segments } of plans) {
    const sealed = await readSealedPlan(store, manifest.name, manifest.sizeBytes);
    const { outputs } = sealed.manifest;
    const areSame = outputs.every((output) => digests.get(output.lines.name) === outputDigest(output));
    if (!isInSpan(sealed.span, hourOfId(id)) || outputs.length !== segments.length || !areSame) return false;
    conflicts.push(...sealed.manifest.conflicts.filter((conflict) => conflict.id === id));
  }
  return holdsVariants(found, conflicts);
}
