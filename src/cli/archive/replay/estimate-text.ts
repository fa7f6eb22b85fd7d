import type { ClassEstimate, Estimate } from "../../../archive/replay/estimate.ts";
import { PRICES_AS_OF } from "../../../archive/storage-price.ts";
import { UsageError } from "../../../core/fault.ts";
import { GIB } from "../../../core/units.ts";
import { formatBytes, formatCount, formatThings } from "../../terminal/quantity.ts";

/** Beyond either, a replay is not begun without `--yes`. */
export const ASK_BEYOND_USD = 1;
export const ASK_BEYOND_BYTES = 10 * GIB;

/** Lines for people, each ended by LF. */
export function estimateText(estimate: Estimate): string {
  const { lines, raw_bytes: rawBytes, objects, stored_bytes: storedBytes, requests, classes } = estimate;
  return [
    `lines     at most ${formatCount(lines)}, ${formatBytes(rawBytes)}, in ${formatThings(objects, "object")}`,
    `to read   at most ${formatBytes(storedBytes)} in ${formatThings(requests, "request")}`,
    ...(classes.length === 0 ? ["charges   none for reading"] : chargeLines(estimate)),
    "",
  ].join("\n");
}

function chargeLines({ classes, charge_usd: charge }: Estimate): string[] {
  const total = charge === null ? "not known" : usd(charge);
  return [
    `charges   at most ${total}: ${classes.map(classText).join("; ")}`,
    `          list prices of ${PRICES_AS_OF} for one region unless --price says others; network out of it not counted`,
  ];
}

function classText({ class: name, stored_bytes: storedBytes, requests, charge_usd: charge }: ClassEstimate): string {
  const price = charge === null ? `price not known (hint: --price ${name}=PER_GIB,PER_10000_READS)` : usd(charge);
  return `${name} ${formatBytes(storedBytes)}, ${formatThings(requests, "request")}, ${price}`;
}

function usd(amount: number): string {
  return `$${amount.toFixed(amount > 0 && amount < 0.01 ? 4 : 2)}`;
}

/** Throws `UsageError` for what is so much that somebody has to say so. */
export function refuseUnlessSure(
  { stored_bytes: storedBytes, charge_usd: charge, classes }: Estimate,
  what = "replay lines",
): void {
  const isUnknown = charge === null && classes.length > 0;
  if (storedBytes <= ASK_BEYOND_BYTES && (charge ?? 0) <= ASK_BEYOND_USD && !isUnknown) return;
  const price = isUnknown ? ", at a price that is not known" : charge === null ? "" : `, for ${usd(charge)}`;
  throw new UsageError(
    `${what}: it reads up to ${formatBytes(storedBytes)}${price}, more than ${formatBytes(ASK_BEYOND_BYTES)} or ` +
      `${usd(ASK_BEYOND_USD)} (hint: ask for less, or say --yes)`,
  );
}
