import { differenceText } from "../../archive/audit/difference.ts";
import { dayName } from "../../core/hour.ts";
import { DAY_MS } from "../../core/units.ts";
import { needsAllDays } from "../../counts/archive-counts.ts";
import type { AsOfDigest } from "../../counts/books/digest-book.ts";
import type { CountQuery, CountRow } from "../../counts/cube.ts";
import type { DayState } from "../../counts/days/day-state.ts";
import { type Evidence, evidenceOf } from "../../counts/evidence.ts";
import type { CountsHeader } from "../../counts/formats/counts-header.ts";
import { type OpenedCounts, openCounts } from "../open/counts/archive-counts.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { formatThings } from "../terminal/quantity.ts";
import { ON_TERMINAL, type Telling } from "../terminal/telling.ts";
import type { Question } from "./question.ts";

/** What an archive answers, and to what, as long as it is open. */
export interface Answer {
  readonly question: Question;
  /** With the as-of day. */
  readonly query: CountQuery;
  readonly rows: readonly CountRow[];
  /** Null where nobody asked for it. */
  readonly evidence: Evidence | null;
  /** Fingerprint of the key of the pseudonyms. */
  readonly pseudonymKey: string;
  /** How far the archive is with a day that was asked for, in days since 1970. */
  readonly dayState: (day: number) => DayState;
  /** How many lines all rows hang on, where they hang on other days than their own; else null. */
  readonly linesOfAllDays: number | null;
  /** Null for the archive as it is now. */
  readonly digest: AsOfDigest | null;
  /** What programs are told of all rows; it takes another look at the archive. Rejects with `IoError`. */
  header(): Promise<CountsHeader>;
}

/**
 * Counts the archive, hands over the answer, and resolves with what is made of it; what has to be known of the archive is
 * told. `signal` ends it. Rejects with `UsageError`, with `IoError`, and as `use` does.
 */
export async function withAnswer<T>(
  question: Question,
  use: (answer: Answer) => Promise<T>,
  telling: Telling = ON_TERMINAL,
  signal?: AbortSignal,
): Promise<T> {
  const { settings, catalogue, catalogueFile, query, asOf, asOfDigest } = question;
  const { periods, days } = query;
  const { foldPersonal: foldsPersonal } = settings.reporting;
  const asked = needsAllDays({ ...query, foldsPersonal }) ? null : { periods, days, asOf };
  const opened = await openCounts(settings, catalogue, { asOfDigest, catalogueFile, asked, signal, telling });
  try {
    return await use(await answerOf(opened, question, telling));
  } finally {
    opened.counts.close();
  }
}

async function answerOf(
  { counts, books, digest, lost, pseudonymKey }: OpenedCounts,
  question: Question,
  { tell }: Telling,
): Promise<Answer> {
  const { settings, catalogue, permission } = question;
  const query: CountQuery = {
    ...question.query,
    foldsPersonal: settings.reporting.foldPersonal,
    asOf: question.asOf ?? (await newestDay(counts, tell)) ?? dayName(SYSTEM_CLOCK.nowMs()),
  };
  const rows = await counts.rows(query);
  for (const difference of lost) tell(`lines that were sealed are not counted: ${differenceText(difference)}`);
  if (counts.conflicts > 0) {
    tell(`${formatThings(counts.conflicts, "id")} came with different bytes: counted once, all are kept`);
  }
  const header = async (): Promise<CountsHeader> => ({
    asOf: query.asOf,
    asOfDigest: digest,
    deployment: settings.deployment,
    instance: settings.instance ?? (await counts.onlyInstance(query)),
    level: query.level,
    widened: permission.kind === "allowed" ? [] : [permission.segment],
    catalogue: catalogue.digest,
    pseudonymKey,
    sealedThrough: await counts.sealedThrough(),
  });
  const dayState = (day: number): DayState => counts.dayState(day);
  const linesOfAllDays = needsAllDays(query) ? counts.linesBefore(Date.parse(query.asOf) / DAY_MS) : null;
  const evidence = question.withEvidence ? evidenceOf(books, rows) : null;
  return { question, query, rows, evidence, pseudonymKey, dayState, linesOfAllDays, digest, header };
}

/** The day after that of the newest line; a line from the future is no fault, but what it does has to be known. */
async function newestDay(counts: OpenedCounts["counts"], tell: Telling["tell"]): Promise<string | null> {
  const day = await counts.defaultAsOf();
  const today = dayName(SYSTEM_CLOCK.nowMs());
  if (day !== null && Date.parse(day) > Date.parse(today) + DAY_MS) {
    tell(`some lines are dated ahead of today, the last before ${day}: the periods end there (hint: --as-of ${today})`);
  }
  return day;
}
