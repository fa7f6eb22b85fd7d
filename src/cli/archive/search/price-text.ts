import { CLASS_PRICES } from "../../../archive/storage-price.ts";
import { GIB } from "../../../core/units.ts";

/** `NEARLINE $0.12, COLDLINE $0.25, …`: what reading so much back costs, in classes where that is charged. */
export function retrievalPrices(bytes: number): string {
  return pricesOf(bytes, "perGib");
}

/** `STANDARD $0.25, …`: what it costs to keep so much for a month. */
export function monthlyPrices(bytes: number): string {
  return pricesOf(bytes, "monthlyPerGib");
}

function pricesOf(bytes: number, price: "monthlyPerGib" | "perGib"): string {
  return Object.entries(CLASS_PRICES)
    .filter(([, each]) => each[price] > 0)
    .map(([name, each]) => `${name} $${((bytes / GIB) * each[price]).toFixed(2)}`)
    .join(", ");
}
