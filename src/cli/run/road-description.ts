import { walLines } from "../../archive/line-object.ts";
import { listWal } from "../../archive/wal-reader.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { SECOND_MS } from "../../core/units.ts";
import { type ArchiveLookLimits, lookAtArchive } from "../../counts/coverage/archive-look.ts";
import { FORM_WORDS, isByTwoRoads, LINE_FORMS, type LogRoads } from "../../counts/coverage/line-look.ts";
import { lookAgain } from "../../counts/second-look.ts";
import { openLineLook } from "../open/lines/line-look.ts";
import { loadCatalogue } from "../settings.ts";
import { formatThings } from "../terminal/quantity.ts";
import type { Doubts } from "./check.ts";

/** A second or so of work, and only where a log comes by two roads. */
const LOOK: ArchiveLookLimits = {
  newest: { blocks: 16, blocksOfObject: 2, lines: 20_000, beforeHour: Number.POSITIVE_INFINITY },
  around: { metaBlocks: 256, blocks: 16, reachMs: 30 * SECOND_MS },
  moments: 2,
};

/**
 * By which roads logs arrive, as the newest write-ahead objects and the standard catalogue tell. Some lines never prove
 * that two roads have no request in common: that is a doubt. Rejects with `UsageError`, a line for each log, where
 * requests came by two; with `IoError`.
 */
export async function describeRoads(settings: PipelineSettings, archive: ObjectStore): Promise<string | Doubts> {
  // What is wrong with the pipeline's own is told already.
  const catalogue = await loadCatalogue(null);
  const { lines, logs } = await lookAgain(archive, async (store) => {
    const objects = await Array.fromAsync(listWal(store, null));
    const streams = [...Map.groupBy(objects, ({ stream }) => stream).values()];
    return lookAtArchive(
      streams.map((ofStream) => ofStream.map((object) => walLines(store, object))),
      LOOK,
      () => openLineLook(settings, catalogue),
    );
  });
  const doubled = logs.filter((log) => isByTwoRoads(log) && log.requests_twice > 0);
  if (doubled.length > 0) throw new UsageError(doubled.map(doubledText));
  const byTwo = logs.filter(isByTwoRoads);
  if (byTwo.length > 0) return { doubts: doubtTexts(byTwo) };
  return lines === 0
    ? "no lines to look at"
    : `each log comes by one in ${formatThings(lines, "line")} that were looked at`;
}

function doubledText(roads: LogRoads): string {
  return (
    `${roads.log}: events count twice, of at least ${formatThings(roads.requests_twice, "request")} that came as ` +
    `${waysOf(roads)} (hint: feed each log by one road)`
  );
}

/** A line for all logs whose lines count, and for all others, that came in the same ways. */
function doubtTexts(logs: readonly LogRoads[]): string[] {
  const alike = Map.groupBy(logs, (roads) => `${roads.counted > 0} ${waysOf(roads)}`);
  return [...alike.values()].map((group) => {
    const requests = group.reduce((sum, each) => sum + each.requests, 0);
    const ways = group.slice(0, 1).map(waysOf).join("");
    const names = group.map(({ log }) => log).join(", ");
    return group.some(({ counted }) => counted > 0)
      ? `${names}: come as ${ways}; ${formatThings(requests, "request")} looked at came by one of them each, others may ` +
          "count twice (hint: feed each log by one road, or make sure that no request comes by both)"
      : `${names}: come as ${ways}; of the lines looked at none counts, but what comes by both is kept twice (hint: feed ` +
          "each log by one road)";
  });
}

function waysOf({ roads }: LogRoads): string {
  return LINE_FORMS.filter((form) => roads.some((road) => road.form === form))
    .map((form) => FORM_WORDS[form])
    .join(" and as ");
}
