import { asNumber, field, type ReferenceRecord } from "./reference-fields.ts";

/** What a line counts, as the reference says. */
export interface ReferenceEvent {
  readonly event: string;
  readonly operation: ReferenceOperation;
  readonly detail: string;
}

export type ReferenceOperation = "create" | "read" | "update" | "delete" | "none";

/** The detail where a part of it is missing, or the event has none. */
export const NONE = "(none)";

export function hasStatus(record: ReferenceRecord, ...statuses: readonly number[]): boolean {
  const status = asNumber(field(record, "status"));
  return status !== null && statuses.some((one) => BigInt(one) === status);
}

export function hasStatusFrom(record: ReferenceRecord, lowest: number, highest: number): boolean {
  const status = asNumber(field(record, "status"));
  return status !== null && status >= BigInt(lowest) && status <= BigInt(highest);
}
