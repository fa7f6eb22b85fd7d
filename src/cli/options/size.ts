import { InvalidArgumentError } from "commander";
import { GIB, KIB, MIB } from "../../core/units.ts";

const UNITS: Readonly<Record<string, number>> = { KiB: KIB, MiB: MIB, GiB: GIB, TiB: GIB * KIB };

/** A size in bytes, or with a unit: `512MiB`. */
export function size(value: string): number {
  const [, digits, unit] = /^(\d{1,12})(KiB|MiB|GiB|TiB)?$/.exec(value) ?? [];
  if (digits === undefined)
    throw new InvalidArgumentError("It must be a size: bytes, or a number with KiB, MiB, GiB, TiB.");
  return Number(digits) * (unit === undefined ? 1 : (UNITS[unit] ?? 1));
}
