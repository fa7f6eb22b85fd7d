/** No integer in a log is longer; a larger exponent only costs memory. */
const MOST_DIGITS = 64;

/**
 * The decimal digits of a non-negative integer without leading zeros, exact at any size, from JSON's text of a
 * number (`200`, `200.0`, `2e2`); null where it is negative or has a fraction.
 */
export function integerDigits(text: string): string | null {
  // The usual case, at a third of the price.
  if (/^[1-9]\d*$/.test(text)) return text;
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return null;
  const whole = match[1] ?? "";
  const fraction = match[2] ?? "";
  const shift = Number(match[3] ?? 0) - fraction.length;
  const digits = whole + fraction;
  if (/^0+$/.test(digits)) return "0";
  if (shift >= 0) return shift > MOST_DIGITS ? null : trimZeros(digits + "0".repeat(shift));
  const kept = digits.length + shift;
  const cut = digits.slice(Math.max(kept, 0));
  return kept > 0 && /^0*$/.test(cut) ? trimZeros(digits.slice(0, kept)) : null;
}

/** Digits without leading zeros, at least one. */
export function trimZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}
