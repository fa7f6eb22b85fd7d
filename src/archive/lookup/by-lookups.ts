import { hourText } from "../../core/hour.ts";
import { hourOfId } from "../../core/identity.ts";
import { type LookupTrouble, noTrouble, troubleSentence } from "./segment-lookup.ts";

/** What was found of an id in its hour. */
interface FoundOfId {
  readonly found: readonly unknown[];
  /** True where something was found, and the manifests know of nothing more. */
  readonly isWhole: boolean;
  /** Look-ups that were believed. */
  readonly lookups: number;
}

/**
 * Reads by look-ups, and without them where these do not lead to all that there is: look-ups only say where to look, and
 * none is believed that says there is nothing. `read` uses none without a `trouble`. The remarks are to be told, in whole
 * sentences. Rejects as `read` does.
 */
export async function byLookups<Found extends FoundOfId>(
  id: string,
  read: (trouble: LookupTrouble | null) => Promise<Found>,
): Promise<Found & { readonly remarks: readonly string[] }> {
  const trouble = noTrouble();
  const quick = await read(trouble);
  const remarks = trouble.segments === 0 ? [] : [troubleSentence(trouble)];
  // Without look-ups all ids were read.
  if (quick.isWhole || quick.lookups === 0) return { ...quick, remarks };
  const all = await read(null);
  if (all.found.length > quick.found.length) {
    const hour = hourText(hourOfId(id));
    remarks.push(`a look-up of ${hour} does not name a line that is there (hint: "logtally archive index" mends it)`);
  }
  return { ...all, remarks };
}
