import { createHash } from "node:crypto";
import { canonicalJson } from "../../archive/canonical-json.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type FactsBasis, storedBasis } from "./facts-basis.ts";
import { apartPrefix } from "./facts-name.ts";

/** Of what it says, and of how ids are compared. */
const APART_FORMAT = 1;
/** On a day of more streams each fact is looked at: the runs of their roll-ups could not all be numbered. */
export const MOST_STREAMS = 256;

/** What says of a day whether its streams are apart: no id has facts in two of them. */
export interface ApartObject {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Of a day that has just these plans with lines, of all streams. The name is the digest of the bytes: of other plans it
 * is another one, so that none is ever out of date, and whatever was altered has not the bytes of its name.
 */
export function apartObject(basis: FactsBasis, day: string, plans: readonly SealedPlan[], apart: boolean): ApartObject {
  const inputs = plans.map(({ name, sha256 }) => ({ name, sha256 })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const bytes = Buffer.from(canonicalJson({ format: APART_FORMAT, ...storedBasis(basis), day, plans: inputs, apart }));
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { name: `${apartPrefix(basis.catalogue, day)}${digest}.json`, bytes };
}

/** Whether it is there: `altered` where its place has other bytes. Rejects with `IoError`. */
export async function lookForApart(
  store: ObjectStore,
  { name, bytes }: ApartObject,
): Promise<"there" | "missing" | "altered"> {
  const found = await ifThere(store.read(name, 0, bytes.length + 1));
  if (found === null) return "missing";
  return found.equals(bytes) ? "there" : "altered";
}

/** How many streams these plans are of. */
export function streamsOf(plans: readonly SealedPlan[]): number {
  return new Set(plans.map(({ span }) => span.stream)).size;
}
