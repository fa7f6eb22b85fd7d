import { hourOf, hourText, UNDATED_HOUR } from "../core/hour.ts";

/** The reverse of `hourText`; the hour of something else is not a number. */
export function parseHourText(text: string): number {
  return text === hourText(UNDATED_HOUR) ? UNDATED_HOUR : hourOf(Date.parse(text));
}
