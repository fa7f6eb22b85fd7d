import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../core/units.ts";

/** Milliseconds of the units of spans that are typed, as in `30m` and `7d`. */
export const SPAN_UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
