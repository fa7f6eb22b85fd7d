import { zstdDecompressSync } from "node:zlib";
import type { SimulatedBucket } from "./simulated-bucket.ts";

/** A line in the vault. */
export interface VaultLine {
  readonly id: string;
  readonly text: string;
}

interface ManifestJson {
  readonly first_hour: string;
  readonly hours: number;
  readonly outputs: readonly { readonly lines: { readonly name: string }; readonly meta: { readonly name: string } }[];
  readonly by_hour: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly counts: { readonly events: Readonly<Record<string, number>> };
  readonly conflicts: readonly { readonly id: string; readonly variants: number; readonly standing: string }[];
}

/** The book of record, read in the plainest way: what a person with `zstdcat` would do. */
export interface Book {
  readonly lines: readonly (VaultLine & { readonly firstHour: number; readonly hours: number })[];
  /** Sums over all plans, by hour and of all. */
  readonly byHour: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  /** What the last plan says of each id. */
  readonly conflicts: ReadonlyMap<string, { readonly variants: number; readonly standing: string }>;
}

export function readBook(bucket: SimulatedBucket): Book {
  const lines: Book["lines"][number][] = [];
  const byHour = new Map<string, Record<string, number>>();
  const figures: Record<string, number> = {};
  const counts: Record<string, number> = {};
  const conflicts = new Map<string, { variants: number; standing: string }>();
  for (const name of [...bucket.names("vault/v1/"), ...bucket.names("ctl/seal/")]) {
    if (!isPlanResult(name)) continue;
    const manifest = JSON.parse(bucket.read(name).toString()) as ManifestJson;
    const firstHour = Math.floor(Date.parse(manifest.first_hour) / 3_600_000);
    for (const output of manifest.outputs) {
      for (const line of vaultLines(bucket, output.lines.name, output.meta.name)) {
        lines.push({ ...line, firstHour, hours: manifest.hours });
      }
    }
    for (const [hour, ofHour] of Object.entries(manifest.by_hour)) {
      const sums = byHour.get(hour) ?? {};
      byHour.set(hour, sums);
      for (const each of [sums, figures]) addTo(each, ofHour);
    }
    addTo(counts, manifest.counts.events);
    for (const { id, variants, standing } of manifest.conflicts) conflicts.set(id, { variants, standing });
  }
  return { lines, byHour, figures, counts, conflicts };
}

/** True for a manifest, and for the record of a plan that added nothing. */
export function isPlanResult(name: string): boolean {
  return name.endsWith(".manifest.json") || name.startsWith("ctl/seal/");
}

function vaultLines(bucket: SimulatedBucket, lines: string, meta: string): VaultLine[] {
  const texts = textLines(bucket.read(lines));
  const metas = textLines(bucket.read(meta)).map((text) => JSON.parse(text) as { readonly id: string });
  return texts.map((text, index) => ({ id: metas[index]?.id ?? "", text }));
}

/** Objects never change, and some are looked at more than once. */
const known = new WeakMap<Buffer, readonly string[]>();

/** The lines that `zstdcat` prints. */
export function textLines(stored: Buffer): readonly string[] {
  const lines = known.get(stored) ?? zstdDecompressSync(stored).toString().trimEnd().split("\n");
  known.set(stored, lines);
  return lines;
}

function addTo(sums: Record<string, number>, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value;
}
