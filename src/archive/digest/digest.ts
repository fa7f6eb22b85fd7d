import { canonicalJson, type Json } from "../canonical-json.ts";
import type { HourFigures, Manifest, StoredObject } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { parseStored } from "../stored-json.ts";
import { DIGEST_SHAPE } from "./digest-shape.ts";
import { distrust } from "./distrust.ts";

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

/** Throws `IoError` `corrupt`, naming it and what is wrong, for what no signer wrote. */
export function parseDigest(name: string, bytes: Buffer): Digest {
  return parseStored(bytes, DIGEST_SHAPE, (why, cause, hint) => distrust(name, why, cause, hint)) as Digest;
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

/** What the manifests that a digest names come to, one after the other. */
export type PlanTotals = Omit<DigestTotals, "objects" | "size_bytes">;

export interface PlanSum {
  add(manifest: Pick<Manifest, "lines" | "by_hour" | "counts">): void;
  totals(): PlanTotals;
}

export function createPlanSum(): PlanSum {
  let lines = 0;
  const figures = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as Record<keyof HourFigures, number>;
  // Names in manifests may be any: a plain object has some already.
  const counts = new Map<string, Map<string, number>>();
  return {
    add({ lines: more, by_hour: byHour, counts: { catalogue, events } }) {
      lines += more;
      for (const hour of Object.values(byHour)) for (const figure of FIGURES) figures[figure] += hour[figure];
      const sums = counts.get(catalogue) ?? new Map<string, number>();
      counts.set(catalogue, sums);
      for (const [event, count] of Object.entries(events)) sums.set(event, (sums.get(event) ?? 0) + count);
    },
    totals: () => ({
      lines,
      ...figures,
      counts: Object.fromEntries([...counts].map(([catalogue, sums]) => [catalogue, Object.fromEntries(sums)])),
    }),
  };
}

function totalsOf(plans: readonly SealedPlan[], objects: readonly StoredObject[]): DigestTotals {
  const sum = createPlanSum();
  for (const { manifest } of plans) sum.add(manifest);
  return { ...sizesOf(objects), ...sum.totals() };
}

/** How many they are, and their bytes. */
export function sizesOf(objects: readonly StoredObject[]): Pick<DigestTotals, "objects" | "size_bytes"> {
  return {
    objects: objects.length,
    size_bytes: objects.reduce((total, { size_bytes: sizeBytes }) => total + sizeBytes, 0),
  };
}
