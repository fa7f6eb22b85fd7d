import type { Route } from "../../../explorer/server/route.ts";
import type { ExploredArchive } from "../explored-archive.ts";

/** What the view Live asks. */
export function liveRoutes(_archive: ExploredArchive): Route[] {
  return [];
}
