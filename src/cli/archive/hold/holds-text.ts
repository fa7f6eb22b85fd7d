import type { HoldRecord } from "../../../archive/hold/hold-record.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { formatTable } from "../../terminal/table.ts";

/** A hold as `archive hold list --json` prints it. */
export interface ListedHold extends Pick<HoldRecord, "hold" | "at" | "reason" | "since" | "until"> {
  readonly released_at: string | null;
  readonly release_reason: string | null;
  /** With `--check`, of holds that are not released: what is sealed of the span, and what of it the store holds. */
  readonly objects?: number;
  readonly held?: number;
}

export function holdsText(holds: readonly ListedHold[]): string {
  if (holds.length === 0) return "no holds\n";
  return formatTable(
    [
      { head: "hold", align: "left", cell: ({ hold }) => hold },
      { head: "since", align: "left", cell: ({ since }) => since ?? "" },
      { head: "until", align: "left", cell: ({ until }) => until ?? "" },
      { head: "held", align: "right", cell: heldText },
      { head: "reason", align: "left", cell: ({ reason }) => reason },
    ],
    holds,
  );
}

function heldText({ released_at: releasedAt, objects, held }: ListedHold): string {
  if (releasedAt !== null) return `until ${releasedAt}`;
  return objects === undefined || held === undefined ? "yes" : `${formatCount(held)} of ${formatCount(objects)}`;
}
