import type { ArchiveSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { formatBytes } from "../terminal/quantity.ts";
import { retrievalPrices } from "./price-text.ts";

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
  const charge =
    kind === "gcs" ? `; by list prices that costs, by the storage class they are in: ${retrievalPrices(bytes)}` : "";
  throw new UsageError(
    `find lines: about ${formatBytes(bytes)} of stored bytes would be read, more than ${formatBytes(mostBytes)}${charge} ` +
      "(hint: narrow it by --since and --until, or by --correlation-id; --yes reads them all the same)",
  );
}
