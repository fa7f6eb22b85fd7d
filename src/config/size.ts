import { GIB, KIB, MIB } from "../core/units.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, B: 1, KiB: KIB, MiB: MIB, GiB: GIB };

const SIZE = /^(\d{1,15}) ?(B|KiB|MiB|GiB)?$/;
/** For the schema that editors read. */
export const SIZE_PATTERN = SIZE.source;

/** Bytes of a size as people write it (`65536`, `64 MiB`); null where it is none. Whole numbers only. */
export function parseSizeBytes(size: string | number): number | null {
  const match = SIZE.exec(String(size));
  if (match === null) return null;
  const sizeBytes = Number(match[1]) * (UNIT_BYTES[match[2] ?? ""] ?? Number.NaN);
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : null;
}

/** `1 GiB`: the shortest form that `parseSizeBytes` reads back. */
export function formatSize(sizeBytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"]) {
    const count = sizeBytes / (UNIT_BYTES[unit] ?? Number.NaN);
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}`;
  }
  return `${sizeBytes} B`;
}
