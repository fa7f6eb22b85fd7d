import { SECOND_MS } from "../../../core/units.ts";
import type { LivePart, LiveReport } from "../../../explorer/live-answers.ts";
import { type Asked, jsonLinesReply, type Reply, type Route } from "../../../explorer/server/route.ts";
import { integerUpTo } from "../../options/options.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { MOST_MINUTES } from "./live-window.ts";
import { createWalWatch, type WalWatch } from "./wal-watch.ts";

const DEFAULT_MINUTES = 15;
const ROUND_MS = 2 * SECOND_MS;

/** What the view Live asks. */
export function liveRoutes(archive: ExploredArchive): Route[] {
  const watch = createWalWatch(archive);
  return [{ method: "GET", path: "/api/live", answer: async (asked) => answerLive(watch, archive, asked) }];
}

/** Goes on until the browser has gone. Throws `UsageError`. */
function answerLive(watch: WalWatch, { clock }: ExploredArchive, { params, signal }: Asked): Reply {
  const asked = askedParams(params);
  const minutes = asked.one("minutes", integerUpTo(MOST_MINUTES)) ?? DEFAULT_MINUTES;
  asked.end();
  return jsonLinesReply(async (send) => {
    let before = "";
    while (!signal.aborted) {
      await watch.look();
      const nowMs = clock.nowMs();
      const report: LiveReport = { ...watch.report(nowMs, minutes), backlog: null };
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
