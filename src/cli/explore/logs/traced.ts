import { setImmediate as othersTurn } from "node:timers/promises";
import { estimateBytes, findPlaces, searchPlaces } from "../../../archive/find.ts";
import { createTrace } from "../../../archive/trace.ts";
import { UsageError } from "../../../core/fault.ts";
import { GIB } from "../../../core/units.ts";
import type { TraceAnswer, TraceSpan } from "../../../explorer/logs-answers.ts";
import { type Asked, jsonReply, type Reply } from "../../../explorer/server/route.ts";
import { createLineFilter } from "../../archive/search/line-filter.ts";
import { openNarrowing } from "../../archive/search/narrowing.ts";
import { refuseLargeSearch } from "../../archive/search/search-guard.ts";
import { askedSpan } from "../asked-lines.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { listen } from "../heard.ts";
import { createFactsReader } from "./line-facts.ts";
import { createRowMaker } from "./row-maker.ts";
import { lineSpan } from "./search-question.ts";
import { createSecondsReader } from "./whole-seconds.ts";

/** `archive find --trace`, with when each line's work began. Rejects with `UsageError` or `IoError`. */
export async function answerTrace(archive: ExploredArchive, { params, signal }: Asked): Promise<Reply> {
  const { settings, catalogue, store, clock } = archive;
  const asked = askedParams(params);
  const correlationId = asked.one("correlation_id", String);
  const span = lineSpan(askedSpan(asked, clock.nowMs(), "trace a request"));
  asked.end();
  if (correlationId === undefined) throw new UsageError("trace a request: which one (hint: correlation_id)");
  const matches = createLineFilter({ correlationId }, catalogue, settings);
  const { telling, remarks } = listen();
  const narrowing = await openNarrowing(settings, catalogue, store, { correlationId, lookups: true }, matches, telling);
  const trace = createTrace(correlationId);
  try {
    const query = { ...span, matches: narrowing.matches, blocksOf: narrowing.blocksOf, signal };
    const places = await findPlaces(store, query);
    refuseLargeSearch(estimateBytes(places), GIB, false, settings.archive, {
      operation: "trace a request",
      hint: "narrow the span of time",
    });
    await searchPlaces(places, query, {
      visit: (line) => trace.add(line),
      endOfBlock: () => othersTurn(),
      onBytes: () => undefined,
    });
  } finally {
    narrowing.close();
  }
  const factsOf = createFactsReader(archive);
  const rowOf = createRowMaker(archive);
  const isToTheSecond = createSecondsReader();
  const spans = trace.inOrder().map((line): TraceSpan => {
    const row = rowOf(line, factsOf(line));
    const { timeMs } = line.meta;
    const startMs = timeMs === null ? null : timeMs - (row.duration_ms ?? 0);
    return { ...row, start_ms: startMs, is_to_the_second: isToTheSecond(line) };
  });
  return jsonReply({ correlation_id: correlationId, spans, remarks } satisfies TraceAnswer);
}
