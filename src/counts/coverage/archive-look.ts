import type { LineObject } from "../../archive/line-object.ts";
import { type AroundLimits, eachLineAround } from "../../archive/lines-around.ts";
import { eachNewestLine, type LookLimits } from "../../archive/newest-lines.ts";
import type { LineLook, LogRoads, UserNaming } from "./line-look.ts";

/** What only lines tell, of a bounded number of the newest. */
export interface LookReport {
  readonly lines: number;
  readonly objects: number;
  /** True where there are no others before the day. */
  readonly is_all: boolean;
  readonly users: readonly UserNaming[];
  readonly logs: readonly LogRoads[];
}

export interface ArchiveLookLimits {
  /** Of each stream. */
  readonly newest: LookLimits;
  /** Of all streams, around one moment. */
  readonly around: AroundLimits;
  /** So many logs by two roads are looked at around a moment. */
  readonly moments: number;
}

/**
 * Looks at some of the newest lines of each stream. Those of two roads hardly ever are of the same requests, so that of
 * a log that comes by two it looks at all that came around one moment as well. Rejects with `IoError`.
 */
export async function lookAtArchive(
  streams: readonly (readonly LineObject[])[],
  limits: ArchiveLookLimits,
  createLook: () => LineLook,
): Promise<LookReport> {
  const look = createLook();
  let [lines, objects, isAll] = [0, 0, true];
  for (const ofStream of streams) {
    const looked = await eachNewestLine(ofStream, limits.newest, look.add);
    lines += looked.lines;
    objects += looked.objects;
    isAll &&= looked.isAll;
  }
  const logs = look.roads();
  const compared = isAll ? [] : await compareRoads(streams.flat(), limits, look, createLook());
  return {
    lines,
    objects,
    is_all: isAll,
    users: look.users(),
    logs: logs.map((roads) =>
      withCompared(
        roads,
        compared.find(({ log }) => log === roads.log),
      ),
    ),
  };
}

/** What `around` has seen of the same requests by both roads, as far as `newest` has not. */
async function compareRoads(
  objects: readonly LineObject[],
  limits: ArchiveLookLimits,
  newest: LineLook,
  around: LineLook,
): Promise<LogRoads[]> {
  const logs = newest.moments();
  for (let looks = 0; looks < limits.moments; looks += 1) {
    const known = [...newest.roads(), ...around.roads()].filter(({ requests_twice: twice }) => twice > 0);
    const index = logs.findIndex(({ log }) => !known.some((each) => each.log === log));
    const [moment] = index < 0 ? [] : logs.splice(index, 1);
    if (moment === undefined) break;
    await eachLineAround(objects, moment, limits.around, around.add);
  }
  return around.roads();
}

/** Both may have looked at the same lines: of requests there are so many at least. */
function withCompared(roads: LogRoads, compared: LogRoads | undefined): LogRoads {
  if (compared === undefined) return roads;
  return {
    ...roads,
    roads: compared.roads.length > roads.roads.length ? compared.roads : roads.roads,
    counted: Math.max(roads.counted, compared.counted),
    requests: Math.max(roads.requests, compared.requests),
    requests_twice: Math.max(roads.requests_twice, compared.requests_twice),
  };
}
