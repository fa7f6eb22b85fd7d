import type { ArchiveSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { GIB } from "../../core/units.ts";
import { formatBytes } from "../terminal/quantity.ts";

/** What Cloud Storage asks for reading a gibibyte back, in US dollars, by its list prices. */
const RETRIEVAL_PRICES = [
  ["Nearline", 0.01],
  ["Coldline", 0.02],
  ["Archive", 0.05],
] as const;

/**
 * Throws `UsageError` for a search that would read more than was allowed, with what it would cost; `isAllowed` for one
 * that the user has asked for all the same.
 */
export function refuseLargeSearch(
  bytes: number,
  mostBytes: number,
  isAllowed: boolean,
  { kind }: Pick<ArchiveSettings, "kind">,
): void {
  if (isAllowed || bytes <= mostBytes) return;
  const charge = kind === "gcs" ? `; ${retrievalText(bytes)}` : "";
  throw new UsageError(
    `find lines: about ${formatBytes(bytes)} of stored bytes would be read, more than ${formatBytes(mostBytes)}${charge} ` +
      "(hint: narrow it by --since and --until, or by --correlation-id; --yes reads them all the same)",
  );
}

/** `reading them back is charged in storage classes: Nearline $0.12, …` */
export function retrievalText(bytes: number): string {
  const prices = RETRIEVAL_PRICES.map(([name, price]) => `${name} $${((bytes / GIB) * price).toFixed(2)}`);
  return `read back from other storage classes than Standard that is charged, by list prices: ${prices.join(", ")}`;
}
