import { SECOND_MS } from "../../../core/units.ts";
import type { LivePart, LiveReport } from "../../../explorer/live-answers.ts";
import { type Asked, jsonLinesReply, type Reply, type Route } from "../../../explorer/server/route.ts";
import { integerUpTo } from "../../options/options.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { createBacklogWatch } from "./backlog.ts";
import { MOST_MINUTES } from "./live-window.ts";
import { createWalWatch } from "./wal-watch.ts";

const DEFAULT_MINUTES = 15;
const ROUND_MS = 2 * SECOND_MS;

/** What the view Live asks. */
export function liveRoutes(archive: ExploredArchive): Route[] {
  const watch = createWalWatch(archive);
  const backlog = createBacklogWatch(archive);
  const reportNow: ReportNow = async (minutes) => {
    await watch.look();
    const { backlog: waits, problem } = backlog.known();
    const nowMs = archive.clock.nowMs();
    const { problems, ...report } = watch.report(nowMs, minutes);
    return {
      nowMs,
      report: { ...report, backlog: waits, problems: problem === null ? problems : [...problems, problem] },
    };
  };
  return [{ method: "GET", path: "/api/live", answer: async (asked) => answerLive(reportNow, archive, asked) }];
}

type ReportNow = (minutes: number) => Promise<{ readonly nowMs: number; readonly report: LiveReport }>;

/** Goes on until the browser has gone. Throws `UsageError`. */
function answerLive(reportNow: ReportNow, { clock }: ExploredArchive, { params, signal }: Asked): Reply {
  const asked = askedParams(params);
  const minutes = asked.one("minutes", integerUpTo(MOST_MINUTES)) ?? DEFAULT_MINUTES;
  asked.end();
  return jsonLinesReply(async (send) => {
    let before = "";
    while (!signal.aborted) {
      const { nowMs, report } = await reportNow(minutes);
      const text = JSON.stringify(report);
      await send({
        now: new Date(nowMs).toISOString(),
        report: text === before ? null : report,
      } satisfies LivePart);
      before = text;
      await clock.sleep(ROUND_MS, signal);
    }
  });
}
