import { walLines } from "../../archive/line-object.ts";
import { eachNewestLine } from "../../archive/newest-lines.ts";
import { listWal } from "../../archive/wal-reader.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { FORM_WORDS, isByTwoRoads, LINE_FORMS, type LogRoads } from "../../counts/coverage/line-look.ts";
import { lookAgain } from "../../counts/second-look.ts";
import { openLineLook } from "../open/line-look.ts";
import { loadCatalogue } from "../settings.ts";
import { formatThings } from "../terminal/quantity.ts";

/** Of each stream: well under a second of work. */
const LOOK = { blocks: 8, blocksOfObject: 4, lines: 20_000, beforeHour: Number.POSITIVE_INFINITY };

/**
 * By which roads logs arrive, as the newest write-ahead objects and the standard catalogue tell. Rejects with
 * `UsageError`, a line for each log, where requests came by two; with `IoError`.
 */
export async function describeRoads(settings: PipelineSettings, archive: ObjectStore): Promise<string> {
  // What is wrong with the pipeline's own is told already.
  const catalogue = await loadCatalogue(null);
  const { lines, logs } = await lookAgain(archive, async (store) => {
    const look = openLineLook(settings, catalogue);
    let seen = 0;
    const objects = await Array.fromAsync(listWal(store, null));
    for (const ofStream of Map.groupBy(objects, ({ stream }) => stream).values()) {
      const looked = await eachNewestLine(
        ofStream.map((object) => walLines(store, object)),
        LOOK,
        look.add,
      );
      seen += looked.lines;
    }
    return { lines: seen, logs: look.roads().filter(isByTwoRoads) };
  });
  const doubled = logs.filter(({ requests_twice: twice }) => twice > 0);
  if (doubled.length > 0) throw new UsageError(doubled.map(doubledText));
  if (lines === 0) return "no lines to look at";
  const inLines = `of ${formatThings(lines, "line")}`;
  if (logs.length === 0) return `each log comes by one, ${inLines}`;
  return `${logs.map(({ log }) => log).join(", ")} by two, but no request by both, ${inLines}`;
}

function doubledText({ log, roads, requests_twice: twice }: LogRoads): string {
  const ways = LINE_FORMS.filter((form) => roads.some((road) => road.form === form)).map((form) => FORM_WORDS[form]);
  return (
    `${log}: events count twice, of ${formatThings(twice, "request")} that came as ${ways.join(" and as ")} (hint: feed ` +
    "each log by one road)"
  );
}
