import { jsonReply, type Route } from "../../explorer/server/route.ts";
import { aboutArchive } from "./about.ts";
import { archiveRoutes } from "./archive/archive-routes.ts";
import { countsRoutes } from "./counts/counts-routes.ts";
import type { ExploredArchive } from "./explored-archive.ts";
import { liveRoutes } from "./live/live-routes.ts";
import { logsRoutes } from "./logs/logs-routes.ts";

/** What the page can ask, each answered as a command answers it. */
export function explorerRoutes(archive: ExploredArchive): Route[] {
  return [
    { method: "GET", path: "/api/about", answer: async () => jsonReply(await aboutArchive(archive)) },
    ...countsRoutes(archive),
    ...liveRoutes(archive),
    ...logsRoutes(archive),
    ...archiveRoutes(archive),
  ];
}
