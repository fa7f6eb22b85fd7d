import { GIB, KIB, MIB } from "../../core/units.ts";

const SIZES: readonly (readonly [unit: string, bytes: number])[] = [
  ["GiB", GIB],
  ["MiB", MIB],
  ["KiB", KIB],
];

/** `1,234,567`. Loading locales for it would take longer than anything else that a short command prints. */
export function formatCount(count: number): string {
  const rounded = Math.round(count);
  const digits = String(Math.abs(rounded));
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return `${rounded < 0 ? "-" : ""}${groups.join(",")}`;
}

/** `1 object`, `2 objects` */
export function formatThings(count: number, thing: string, things = `${thing}s`): string {
  return `${formatCount(count)} ${count === 1 ? thing : things}`;
}

/** `1.2 MiB` */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of SIZES) if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${bytes} B`;
}

/** `6.9:1`, or a dash where there is nothing to compare. */
export function formatRatio(rawBytes: number, storedBytes: number): string {
  return storedBytes === 0 ? "–" : `${(rawBytes / storedBytes).toFixed(1)}:1`;
}
