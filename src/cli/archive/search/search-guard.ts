import type { ArchiveSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { formatBytes } from "../../terminal/quantity.ts";
import { retrievalPrices } from "./price-text.ts";

/** What is begun, and how it could be less. */
interface SearchWords {
  readonly operation: string;
  readonly hint: string;
}

const FINDING: SearchWords = {
  operation: "find lines",
  hint: "narrow it by --since and --until, or by --correlation-id",
};

/**
 * Throws `UsageError` for a search that would read more than was allowed, with what it would cost; `isAllowed` for one
 * that the user has asked for all the same.
 */
export function refuseLargeSearch(
  bytes: number,
  mostBytes: number,
  isAllowed: boolean,
  { kind }: Pick<ArchiveSettings, "kind">,
  { operation, hint }: SearchWords = FINDING,
): void {
  if (isAllowed || bytes <= mostBytes) return;
  const charge =
    kind === "gcs" ? `; by list prices that costs, by the storage class they are in: ${retrievalPrices(bytes)}` : "";
  throw new UsageError(
    `${operation}: about ${formatBytes(bytes)} of stored bytes would be read, more than ${formatBytes(mostBytes)}${charge} ` +
      `(hint: ${hint}; --yes reads them all the same)`,
  );
}
