import { parseHourText } from "../../archive/hour-text.ts";
import { type ListedPlan, listPlans, listStreams, readSealedPlan } from "../../archive/sealed-plan.ts";
import { firstHourOf } from "../../archive/span.ts";
import { listWal } from "../../archive/wal-reader.ts";
import { hourOf, hourText, UNDATED_HOUR } from "../../core/hour.ts";
import { UNKNOWN_LOG } from "../../core/line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { LEVELS, permissionFor, type ReportingPolicy } from "../../counts/reporting-policy.ts";
import { SEGMENTS } from "../../counts/segment.ts";
import { KNOWN_LOGS } from "../../decode/log-name.ts";
import type { About, LevelAnswer } from "../../explorer/answers.ts";
import { archiveName } from "../open/archive-store.ts";
import { programVersion } from "../open/program-version.ts";
import type { ExploredArchive } from "./explored-archive.ts";

/** What the page has to know before it asks for anything: names tell it, no object is read. Rejects with `IoError`. */
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

/** The first and the last hour that lines are filed in, up to this one; null where there are none. */
export async function borderHours(
  store: ObjectStore,
  hourNow: number,
): Promise<{ first: number; last: number } | null> {
  const hours: number[] = [];
  for await (const { firstHour, lastHour } of listWal(store, null)) hours.push(firstHour, lastHour);
  let newest: (ListedPlan & { readonly firstHour: number }) | null = null;
  for await (const plan of listPlans(store)) {
    const firstHour = firstHourOf(plan);
    hours.push(firstHour);
    if (newest === null || firstHour > newest.firstHour) newest = { ...plan, firstHour };
  }
  if (newest !== null) {
    // Its name says where its span begins, and not how long it is.
    const { manifest } = await readSealedPlan(store, newest.name, newest.sizeBytes);
    hours.push(...Object.keys(manifest.by_hour).map(parseHourText));
  }
  const dated = hours.filter((hour) => hour !== UNDATED_HOUR && hour <= hourNow);
  if (dated.length === 0) return null;
  const border = (choose: (a: number, b: number) => number): number => dated.reduce((a, b) => choose(a, b));
  return { first: border(Math.min), last: border(Math.max) };
}
