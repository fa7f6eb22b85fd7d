import { CLASS_PRICES, PRICES_AS_OF } from "../archive/storage-price.ts";

/** What something costs, in US dollars. */
export interface Price {
  readonly usd: number;
  readonly per: string;
  /** When it was looked up. */
  readonly asOf: string;
}

/** From the dearest to the cheapest to keep. */
export const STORAGE_CLASSES = ["standard", "nearline", "coldline", "archive"] as const;

/** By name, as `--price` has them. */
export type Prices = Readonly<Record<string, Price>>;

/**
 * List prices of Google Cloud in us-central1: places to put one's own in, no quotes. Those of storage classes are
 * `standard`, `standard_write` for requests that create and list, `standard_read` for those that read and
 * `standard_retrieval` for what they read, and so on.
 */
export const DEFAULT_PRICES: Prices = {
  pubsub: { usd: 40, per: "TiB that is published, and once more delivered", asOf: "2026-09" },
  cpu: { usd: 24.5, per: "vCPU with 4 GiB of memory, for a month", asOf: "2026-03" },
  index_node: { usd: 730, per: "node of the index with 8 vCPU, 64 GiB and 2 TiB of SSD, for a month", asOf: "2026-03" },
  ...Object.fromEntries(Object.entries(CLASS_PRICES).flatMap(([name, price]) => pricesOfClass(name, price))),
};

function pricesOfClass(
  storageClass: string,
  { monthlyPerGib, perGib, perTenThousandReads, perTenThousandWrites }: (typeof CLASS_PRICES)[string],
): readonly (readonly [string, Price])[] {
  const name = storageClass.toLowerCase();
  const price = (usd: number, per: string): Price => ({ usd, per, asOf: PRICES_AS_OF });
  return [
    [name, price(monthlyPerGib, "GiB, for a month")],
    [`${name}_write`, price(perTenThousandWrites, "10,000 objects that are created, or lists")],
    [`${name}_read`, price(perTenThousandReads, "10,000 reads")],
    [`${name}_retrieval`, price(perGib, "GiB that is read")],
  ];
}

/** Throws where the name is none of theirs: names come from this file. */
export function usdOf(prices: Prices, name: string): number {
  const price = prices[name];
  if (price === undefined) throw new Error(`no price "${name}"`);
  return price.usd;
}
