/** What reading a storage class costs, in US dollars. */
export interface ReadPrice {
  /** For each GiB that is retrieved. */
  readonly perGib: number;
  /** For 10,000 reads (class B operations). */
  readonly perTenThousandReads: number;
}

interface ClassPrice extends ReadPrice {
  /** For 10,000 objects that are created, or lists (class A operations). */
  readonly perTenThousandWrites: number;
  /** For each GiB that is kept for a month. */
  readonly monthlyPerGib: number;
}

/** When `CLASS_PRICES` were looked up. */
export const PRICES_AS_OF = "2026-09";

/**
 * Google's list prices for a single region like us-central1, from https://cloud.google.com/storage/pricing: an order of
 * magnitude, no bill.
 */
export const CLASS_PRICES: Readonly<Record<string, ClassPrice>> = {
  STANDARD: { monthlyPerGib: 0.02, perGib: 0, perTenThousandReads: 0.004, perTenThousandWrites: 0.05 },
  NEARLINE: { monthlyPerGib: 0.01, perGib: 0.01, perTenThousandReads: 0.01, perTenThousandWrites: 0.1 },
  COLDLINE: { monthlyPerGib: 0.004, perGib: 0.02, perTenThousandReads: 0.1, perTenThousandWrites: 0.2 },
  ARCHIVE: { monthlyPerGib: 0.0012, perGib: 0.05, perTenThousandReads: 0.5, perTenThousandWrites: 0.5 },
};
