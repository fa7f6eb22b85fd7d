import type { CoverageAnswer } from "../../../explorer/answers.ts";
import { type Asked, jsonReply, type Reply } from "../../../explorer/server/route.ts";
import { DEFAULT_DAYS, MOST_DAYS } from "../../counts/asked-options.ts";
import { coverageOf } from "../../counts/coverage-of.ts";
import { day, integerUpTo } from "../../options/options.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { listen } from "../heard.ts";

/** `coverage` with its options as parameters. Rejects with `UsageError` or `IoError`. */
export async function answerCoverage(
  { settings, catalogue }: ExploredArchive,
  { params, signal }: Asked,
): Promise<Reply> {
  const asked = askedParams(params);
  const asOf = asked.one("as_of", day) ?? null;
  const days = asked.one("days", integerUpTo(MOST_DAYS)) ?? DEFAULT_DAYS;
  asked.end();
  const { telling, remarks } = listen();
  const coverage = await coverageOf({ settings, catalogue, days, asOf }, telling, signal);
  return jsonReply({ coverage, remarks } satisfies CoverageAnswer);
}
