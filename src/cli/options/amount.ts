import { InvalidArgumentError } from "commander";

/** A number above 0, in plain digits, to at most six places. */
export function amount(value: string): number {
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It must be a number above 0 in plain digits, like 250 or 0.5.");
}
