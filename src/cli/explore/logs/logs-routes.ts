import type { Route } from "../../../explorer/server/route.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { answerLine, answerRaw } from "./one-line.ts";
import { answerProof } from "./proved.ts";
import { answerSearch } from "./searched.ts";
import { answerTrace } from "./traced.ts";

/** What the view Logs asks. */
export function logsRoutes(archive: ExploredArchive): Route[] {
  return [
    { method: "GET", path: "/api/search", answer: (asked) => answerSearch(archive, asked) },
    { method: "GET", path: "/api/line", answer: (asked) => answerLine(archive, asked) },
    { method: "GET", path: "/api/raw", answer: (asked) => answerRaw(archive, asked) },
    { method: "GET", path: "/api/proof", answer: (asked) => answerProof(archive, asked) },
    { method: "GET", path: "/api/trace", answer: (asked) => answerTrace(archive, asked) },
  ];
}
