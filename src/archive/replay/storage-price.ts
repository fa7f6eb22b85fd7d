/** What reading a storage class costs, in US dollars. */
export interface ReadPrice {
  /** For each GiB that is retrieved. */
  readonly perGib: number;
  /** For 10,000 reads (class B operations). */
  readonly perTenThousandReads: number;
}

/** Google's list prices for a single region like us-central1, from https://cloud.google.com/storage/pricing. */
export const PRICES_AS_OF = "2026-09";

export const READ_PRICES: Readonly<Record<string, ReadPrice>> = {
  STANDARD: { perGib: 0, perTenThousandReads: 0.004 },
  NEARLINE: { perGib: 0.01, perTenThousandReads: 0.01 },
  COLDLINE: { perGib: 0.02, perTenThousandReads: 0.1 },
  ARCHIVE: { perGib: 0.05, perTenThousandReads: 0.5 },
};
