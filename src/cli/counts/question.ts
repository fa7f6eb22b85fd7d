import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import type { CountQuery } from "../../counts/cube.ts";
import { checkReporting, type GivenPermission } from "../../counts/reporting-policy.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import type { AskedDigest } from "../open/counts/archive-counts.ts";
import { checkEventName } from "../options/event-name.ts";

/** What is counted; the as-of day may follow from the archive, and the rest from the settings. */
export type AskedQuery = Omit<CountQuery, "asOf" | "foldsPersonal">;

/** What is asked of an archive, and may be. */
export interface Question {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
  /** Its file where it is not the pipeline's, for hints. */
  readonly catalogueFile?: string | undefined;
  readonly query: AskedQuery;
  readonly permission: GivenPermission;
  /** `YYYY-MM-DD`; null: the day after the newest filed hour. */
  readonly asOf: string | null;
  /** Null: the archive as it is now. */
  readonly asOfDigest: AskedDigest | null;
  readonly withEvidence: boolean;
}

/** Throws `UsageError`, naming the rule, for what the deployment does not let be reported. */
export function permissionOf({ by, level }: AskedQuery, settings: PipelineSettings): GivenPermission {
  return checkReporting(by, level, { deployment: settings.deployment, opened: settings.reporting.identifiable });
}

/** Throws `UsageError`, with the nearest right name, for an event that the catalogue does not count. */
export function checkEvents({ events }: AskedQuery, catalogue: Catalogue): void {
  for (const event of events ?? []) {
    // It takes all words that follow.
    if (/\.ya?ml$/.test(event)) throw notOneEvent(event, "name the pipeline before --event");
    if (event.includes(","))
      throw notOneEvent(event, `separate names by blanks: --event ${event.replaceAll(",", " ")}`);
    checkEventName(event, catalogue);
  }
}

function notOneEvent(text: string, hint: string): UsageError {
  return new UsageError(`count event "${text}": no event (hint: ${hint})`);
}
