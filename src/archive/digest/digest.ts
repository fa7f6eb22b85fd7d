import { canonicalJson, type Json } from "../canonical-json.ts";
import type { HourFigures, StoredObject } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";

/** What a digest says of the plans whose manifests it names, all together. */
export interface DigestTotals extends HourFigures {
  readonly objects: number;
  readonly size_bytes: number;
  /** Rows of the outputs. */
  readonly lines: number;
  /** Changes of the counts: digest of the catalogue → event → count. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A link of the chain, in the words of the stored JSON; docs/reference/archive-format.md describes it. */
export interface Digest {
  readonly format: 1;
  readonly stream: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  /** RFC 3339 in whole seconds. `from` is the `to` of the digest before; of the first one its own. */
  readonly window: { readonly from: string; readonly to: string };
  /** In order of names: manifests that no earlier digest names, and the objects that they name. */
  readonly objects: readonly StoredObject[];
  readonly totals: DigestTotals;
  /** SHA-256 of the digest before, and its signature, in hex. */
  readonly previous: { readonly sha256: string; readonly signature: string } | null;
  /** Fingerprint of the key that signs it. */
  readonly key: string;
}

export function digestBytes(digest: Digest): Buffer {
  return Buffer.from(canonicalJson(digest as unknown as Json));
}

/** What a digest of these plans and objects, in any order, says. */
export function digestOf(
  link: Pick<Digest, "stream" | "sequence" | "window" | "previous" | "key">,
  plans: readonly SealedPlan[],
  objects: readonly StoredObject[],
): Digest {
  const sorted = objects.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { format: 1, ...link, objects: sorted, totals: totalsOf(plans, objects) };
}

const FIGURES = ["received", "archived", "duplicates", "conflicts", "counted", "eventless", "quarantined"] as const;

function totalsOf(plans: readonly SealedPlan[], objects: readonly StoredObject[]): DigestTotals {
  const hours = plans.flatMap(({ manifest }) => Object.values(manifest.by_hour));
  const figures = Object.fromEntries(
    FIGURES.map((figure) => [figure, sum(hours.map((hour) => hour[figure]))]),
  ) as unknown as HourFigures;
  const counts = new Map<string, Map<string, number>>();
  for (const { manifest } of plans) {
    const { catalogue, events } = manifest.counts;
    const ofCatalogue = counts.get(catalogue) ?? new Map<string, number>();
    counts.set(catalogue, ofCatalogue);
    for (const [event, count] of Object.entries(events)) ofCatalogue.set(event, (ofCatalogue.get(event) ?? 0) + count);
  }
  return {
    objects: objects.length,
    size_bytes: sum(objects.map(({ size_bytes: sizeBytes }) => sizeBytes)),
    lines: sum(plans.map(({ manifest }) => manifest.lines)),
    ...figures,
    counts: Object.fromEntries([...counts].map(([catalogue, events]) => [catalogue, Object.fromEntries(events)])),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
