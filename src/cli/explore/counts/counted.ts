import { dayName } from "../../../core/hour.ts";
import { DAY_MS } from "../../../core/units.ts";
import { countsDocument } from "../../../counts/formats/json.ts";
import { PERIODS, periodSpans } from "../../../counts/period.ts";
import { LEVELS } from "../../../counts/reporting-policy.ts";
import { SEGMENTS } from "../../../counts/segment.ts";
import type { CountsAnswer } from "../../../explorer/answers.ts";
import { type Asked, jsonReply, type Reply } from "../../../explorer/server/route.ts";
import { type Answer, withAnswer } from "../../counts/answer.ts";
import { askedCounts, DEFAULT_DAYS, MOST_DAYS } from "../../counts/asked-options.ts";
import { answerText } from "../../counts/counts-text.ts";
import { checkEvents, permissionOf, type Question } from "../../counts/question.ts";
import { day, integerUpTo, oneOf } from "../../options/options.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { listen } from "../heard.ts";
import { detailTemplates } from "./detail-templates.ts";

const FORMATS = ["json", "csv", "parquet"] as const;
const MEDIA_TYPES = { csv: "text/csv; charset=utf-8", parquet: "application/vnd.apache.parquet" } as const;

/** `counts` with its options as parameters. Rejects with `UsageError` or `IoError`. */
export async function answerCounts(archive: ExploredArchive, { params, signal }: Asked): Promise<Reply> {
  const { question, format } = questionOf(archive, params);
  const heard = listen();
  return withAnswer(
    question,
    async (answer) => {
      if (format !== "json") {
        return { mediaType: MEDIA_TYPES[format], content: await answerText(format, answer) };
      }
      const counts = countsDocument(await answer.header(), answer.rows, answer.evidence);
      return jsonReply({
        counts,
        remarks: heard.remarks,
        unsealed_days: unsealedDays(answer),
        details: question.query.by === "detail" ? detailTemplates(archive.catalogue) : {},
      } satisfies CountsAnswer);
    },
    heard.telling,
    signal,
  );
}

/** Of the days that are asked for one by one. */
function unsealedDays({ query, dayState }: Answer): string[] {
  const daily = query.periods.includes("daily") ? periodSpans(["daily"], query.days, query.asOf) : [];
  return daily.filter(({ fromDay }) => !dayState(fromDay).isSealed).map(({ fromDay }) => dayName(fromDay * DAY_MS));
}

function questionOf(
  { settings, catalogue }: ExploredArchive,
  params: URLSearchParams,
): { readonly question: Question; readonly format: (typeof FORMATS)[number] } {
  const asked = askedParams(params);
  const format = asked.one("format", oneOf(FORMATS)) ?? "json";
  const event = asked.all("event", String);
  const period = asked.all("period", oneOf(PERIODS));
  const query = askedCounts({
    by: asked.one("by", oneOf(SEGMENTS)) ?? "instance",
    level: asked.one("level", oneOf(LEVELS)) ?? "aggregate",
    ...(event.length === 0 ? {} : { event }),
    ...(period.length === 0 ? {} : { period }),
    days: asked.one("days", integerUpTo(MOST_DAYS)) ?? DEFAULT_DAYS,
    sessions: asked.one("sessions", oneOf(["true", "false"])) !== "false",
    format,
  });
  const asOf = asked.one("as_of", day) ?? null;
  const withEvidence = asked.one("evidence", oneOf(["true", "false"])) === "true";
  asked.end();
  checkEvents(query, catalogue);
  const permission = permissionOf(query, settings);
  return { question: { settings, catalogue, query, permission, asOf, asOfDigest: null, withEvidence }, format };
}
