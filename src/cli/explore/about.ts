import { borderHours } from "../../archive/border-hours.ts";
import { listStreams } from "../../archive/sealed-plan.ts";
import { hourOf, hourText } from "../../core/hour.ts";
import { UNKNOWN_LOG } from "../../core/line.ts";
import { LEVELS, permissionFor, type ReportingPolicy } from "../../counts/reporting-policy.ts";
import { SEGMENTS } from "../../counts/segment.ts";
import { KNOWN_LOGS } from "../../decode/log-name.ts";
import type { About, LevelAnswer } from "../../explorer/answers.ts";
import { archiveName } from "../open/archive/archive-store.ts";
import { programVersion } from "../open/program-version.ts";
import type { ExploredArchive } from "./explored-archive.ts";

/** What the page has to know before it asks for anything: names tell it, and two manifests. Rejects with `IoError`. */
export async function aboutArchive({ settings, catalogue, store, clock }: ExploredArchive): Promise<About> {
  const { deployment, reporting, archive } = settings;
  const nowMs = clock.nowMs();
  const hours = await borderHours(store, hourOf(nowMs));
  return {
    archive: archiveName(archive),
    deployment,
    streams: await listStreams(store),
    logs: [...KNOWN_LOGS, UNKNOWN_LOG],
    events: catalogue.events.map(({ event }) => event),
    levels: levelAnswers({ deployment, opened: reporting.identifiable }),
    oldest_from: hours === null ? null : hourText(hours.first),
    newest_until: hours === null ? null : hourText(hours.last + 1),
    now: new Date(nowMs).toISOString(),
    version: programVersion(),
  };
}

function levelAnswers(policy: ReportingPolicy): LevelAnswer[] {
  return SEGMENTS.flatMap((segment) =>
    LEVELS.map((level) => {
      const permission = permissionFor(segment, level, policy);
      return { segment, level, rule: permission.kind === "refused" ? permission.rule.name : null };
    }),
  );
}
