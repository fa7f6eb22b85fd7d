const COUNT = new Intl.NumberFormat("en-US");
const KIB = 1024;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `12,345` */
export function countText(count: number): string {
  return COUNT.format(count);
}

/** `1.5 MiB` */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= KIB && unit < UNITS.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `1 line`, `2 lines`, `2 hashes` */
export function thingsText(count: number, thing: string): string {
  const ending = count === 1 ? "" : /(?:s|x|ch|sh)$/.test(thing) ? "es" : "s";
  return `${countText(count)} ${thing}${ending}`;
}

/** `+12.5 %`; null where there is nothing to compare with. */
export function changeText(count: number, before: number): string | null {
  if (before === 0) return null;
  const percent = ((count - before) / before) * 100;
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
}
