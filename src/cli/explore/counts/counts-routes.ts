import type { Route } from "../../../explorer/server/route.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { createTurns } from "./turns.ts";

/** What the view of counts asks. */
export function countsRoutes(archive: ExploredArchive): Route[] {
  const takeTurn = createTurns();
  return [
    {
      method: "GET",
      path: "/api/counts",
      // Only here: DuckDB would add its own start-up to that of the page.
      answer: async (asked) => {
        const { answerCounts } = await import("./counted.ts");
        return takeTurn(asked.signal, () => answerCounts(archive, asked));
      },
    },
    {
      method: "GET",
      path: "/api/coverage",
      answer: async (asked) => {
        const { answerCoverage } = await import("./covered.ts");
        return takeTurn(asked.signal, () => answerCoverage(archive, asked));
      },
    },
  ];
}
