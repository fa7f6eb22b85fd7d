import type { Route } from "../../../explorer/server/route.ts";
import type { ExploredArchive } from "../explored-archive.ts";

/** What the view Logs asks. */
export function logsRoutes(_archive: ExploredArchive): Route[] {
  return [];
}
