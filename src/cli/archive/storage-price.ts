import { GIB } from "../../core/units.ts";

interface StorageClass {
  readonly name: string;
  /** US dollars for a gibibyte in a month, and for reading one back. */
  readonly monthly: number;
  readonly retrieval: number;
}

/** List prices of Cloud Storage in a single region of the US: for an order of magnitude, not for a bill. */
const CLASSES: readonly StorageClass[] = [
  { name: "Standard", monthly: 0.02, retrieval: 0 },
  { name: "Nearline", monthly: 0.01, retrieval: 0.01 },
  { name: "Coldline", monthly: 0.004, retrieval: 0.02 },
  { name: "Archive", monthly: 0.0012, retrieval: 0.05 },
];

/** `Nearline $0.12, Coldline $0.25, …`: what reading so much back costs, in classes where that is charged. */
export function retrievalPrices(bytes: number): string {
  return pricesOf(
    bytes,
    CLASSES.filter(({ retrieval }) => retrieval > 0),
    "retrieval",
  );
}

/** `Standard $0.25, …`: what it costs to keep so much for a month. */
export function monthlyPrices(bytes: number): string {
  return pricesOf(bytes, CLASSES, "monthly");
}

function pricesOf(bytes: number, classes: readonly StorageClass[], price: "monthly" | "retrieval"): string {
  return classes.map((each) => `${each.name} $${((bytes / GIB) * each[price]).toFixed(2)}`).join(", ");
}
