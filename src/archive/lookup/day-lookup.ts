import { hash } from "node:crypto";
import { isOfObject } from "../../core/fault.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { MIB } from "../../core/units.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { runsAhead } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { listOf, objectOf, oneOf, type Shape, textLike } from "../shape.ts";
import { parseStored, refusing } from "../stored-json.ts";
import { NUMBER, SHA256, STREAM } from "../stored-shape.ts";
import { parseSealedName } from "../vault-name.ts";
import { putView, type ViewStore } from "../view-store.ts";
import { LOOKUP_PREFIX } from "./lookup-name.ts";

/** A manifest as a list shows it. */
export interface ListedManifest {
  readonly name: string;
  readonly size_bytes: number;
}

/**
 * The manifests of a day none of whose lines has a time after its filing hour. Whoever looks for a later time need not read
 * them, nor what they name.
 */
interface DayLookup {
  readonly format: 1;
  readonly stream: string;
  readonly day: string;
  readonly settled: readonly ListedManifest[];
  /** SHA-256 of the canonical JSON of `settled`. */
  readonly sha256: string;
}

const MANIFEST: Shape = (name) =>
  typeof name === "string" && parseSealedName(name) !== null ? null : { at: "", expected: "the name of a manifest" };

const DAY_LOOKUP_SHAPE: Shape = objectOf({
  format: oneOf([1]),
  stream: STREAM,
  day: textLike(/^(?:\d{4}-\d\d-\d\d|undated)$/, "a day"),
  settled: listOf(objectOf({ name: MANIFEST, size_bytes: NUMBER })),
  sha256: SHA256,
});

/** A day has some plans; a list of so many bytes was not written by logtally. */
const MOST_BYTES = 16 * MIB;
/** Look-ups that are read at a time: stores far away answer late. */
const MOST_READS = 16;

/** `ctl/lookup/<stream>/<day>.json` */
export function dayLookupName(stream: string, day: string): string {
  return `${LOOKUP_PREFIX}${stream}/${day}.json`;
}

/** Puts the look-ups of these days there; `plans` are all plans of them. Rejects with `IoError`. */
export async function writeDayLookups(views: ViewStore, plans: readonly SealedPlan[]): Promise<void> {
  for (const [name, ofDay] of Map.groupBy(plans, ({ span }) => dayLookupName(span.stream, span.day))) {
    const [first] = ofDay;
    if (first === undefined) continue;
    const settled = ofDay
      .filter(({ manifest }) => !runsAhead(manifest))
      .map((plan): ListedManifest => ({ name: plan.name, size_bytes: plan.sizeBytes }));
    const { stream, day } = first.span;
    const lookup: DayLookup = { format: 1, stream, day, settled, sha256: digestOf(settled) };
    await putView(views, name, Buffer.from(canonicalJson(lookup as unknown as Json)));
  }
}

/**
 * Of these days of streams the manifests that are settled, as `name size`. A look-up that is missing or cannot be believed
 * settles nothing. Rejects with `IoError` where the store fails.
 */
export async function readSettled(
  store: ObjectStore,
  days: readonly { readonly stream: string; readonly day: string }[],
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  await inParallel(days, MOST_READS, async ({ stream, day }) => {
    const name = dayLookupName(stream, day);
    try {
      const bytes = await store.read(name, 0, MOST_BYTES);
      const lookup = parseStored(bytes, DAY_LOOKUP_SHAPE, refusing(name)) as DayLookup;
      // Canonical text prints as it was read, at a third of the cost; of any other the digest does not fit.
      const digest = hash("sha256", JSON.stringify(lookup.settled));
      if (lookup.stream !== stream || lookup.day !== day || lookup.sha256 !== digest) return;
      for (const each of lookup.settled) settled.add(settledKey(each.name, each.size_bytes));
    } catch (error) {
      // Then its manifests are read.
      if (!isOfObject(error)) throw error;
    }
  });
  return settled;
}

/** How a manifest stands among those that are settled. */
export function settledKey(name: string, sizeBytes: number): string {
  return `${name} ${sizeBytes}`;
}

function digestOf(settled: readonly ListedManifest[]): string {
  return hash("sha256", canonicalJson(settled as unknown as Json), "hex");
}
