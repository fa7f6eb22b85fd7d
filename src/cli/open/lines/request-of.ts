import type { RequestOf } from "../../../archive/lookup/lookup-observer.ts";
import { createArchiveDecoder } from "./archive-decoder.ts";

/** Reads the `correlation_id` of archived lines. */
export function createRequestOf(): RequestOf {
  const decoder = createArchiveDecoder([]);
  const slot = decoder.slotOf("correlation_id");
  return ({ buffer, start, end, meta }) =>
    decoder.reopen(buffer, start, end, meta.lane, meta.message)?.fields?.string(slot) ?? null;
}
