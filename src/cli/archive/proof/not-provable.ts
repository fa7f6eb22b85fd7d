import { lastDigestEnd } from "../../../archive/proof/evidence.ts";
import type { ProofOutcome } from "../../../archive/proof/prove-line.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { UNDATED_HOUR } from "../../../core/hour.ts";
import { hourOfId } from "../../../core/identity.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { HOUR_MS } from "../../../core/units.ts";

/** Says what is missing, and from when on it can be there. */
export async function notProvable(
  id: string,
  outcome: Exclude<ProofOutcome, { kind: "proof" }>,
  { seal, signing }: PipelineSettings,
  store: ObjectStore,
): Promise<UsageError> {
  if (outcome.kind === "unknown") return new UsageError(`prove line ${id}: the archive has no line with this id`);
  if (outcome.kind === "not_sealed") {
    const hour = hourOfId(id);
    const since = hour === UNDATED_HOUR ? "" : `, from ${timeText((hour + 1) * HOUR_MS + seal.latenessMs)} on`;
    return new UsageError(
      `prove line ${id}: it is in "${outcome.object}", and not sealed yet ` +
        `(hint: logtally seal${since}, or once its whole span is over; then logtally sign)`,
    );
  }
  const { stream, line } = outcome.found;
  const end = await lastDigestEnd(store, stream);
  const due = end === null ? "" : `, due by ${timeText(Date.parse(end) + signing.intervalMs)}`;
  return new UsageError(
    `prove line ${id}: it is sealed by "${line.place.plan.name}", which no signed digest names yet ` +
      `(hint: logtally sign${due})`,
  );
}

function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
