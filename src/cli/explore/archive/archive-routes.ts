import type { Route } from "../../../explorer/server/route.ts";
import type { ExploredArchive } from "../explored-archive.ts";

/** What the view Archive asks. */
export function archiveRoutes(_archive: ExploredArchive): Route[] {
  return [];
}
