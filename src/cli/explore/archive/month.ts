import { InvalidArgumentError } from "commander";
import { hourOf, UNDATED_HOUR } from "../../../core/hour.ts";
import { HOUR_MS } from "../../../core/units.ts";

/** Filing hours of a calendar month, half-open, in hours since 1970; and those without time, which belong to every one. */
export interface Month {
  /** `YYYY-MM` */
  readonly name: string;
  readonly firstHour: number;
  readonly endHour: number;
}

/** Reads `YYYY-MM`. */
export function month(value: string): Month {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(value) ?? [];
  if (year === undefined) throw new InvalidArgumentError("It must be a month: YYYY-MM.");
  const at = (months: number): number => hourOf(Date.UTC(Number(year), months));
  return { name: value, firstHour: at(Number(number) - 1), endHour: at(Number(number)) };
}

export function monthOfHour(hour: number): Month {
  return month(monthName(hour));
}

export function monthName(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString().slice(0, 7);
}

/** Whether any of these filing hours is in the month, or has no time. */
export function isInMonth({ firstHour, endHour }: Month, first: number, last: number): boolean {
  return last === UNDATED_HOUR || (first < endHour && last >= firstHour);
}
