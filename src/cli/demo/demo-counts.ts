import type { PipelineSettings } from "../../config/pipeline.ts";
import type { CountQuery } from "../../counts/cube.ts";
import { PERIODS } from "../../counts/period.ts";
import { countedRows, differences } from "../../generate/agreement.ts";
import { TRUTH_SEGMENTS } from "../../generate/truth.ts";
import type { TruthReport } from "../../generate/truth-report.ts";
import { countsTable } from "../counts/counts-table.ts";
import { countsCaption } from "../counts/counts-text.ts";
import { openCounts } from "../open/counts/archive-counts.ts";
import { loadCatalogue } from "../settings.ts";
import { formatCount } from "../terminal/quantity.ts";

const DAYS = 7;
/** Of many differences the first ones tell enough. */
const MOST_SHOWN = 10;

const USERS_NOTE = `
Users may be more than there are: some lines carry a number only, others a name only, and these are never joined.

`;

/** What the demonstration counts, and whether it is what was done. */
export interface DemoCounts {
  readonly text: string;
  readonly isRight: boolean;
}

/** Counts the archive and holds the counts against the truth. Rejects with `UsageError` or `IoError`. */
export async function demoCounts(settings: PipelineSettings, truth: TruthReport): Promise<DemoCounts> {
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const { counts } = await openCounts(settings, catalogue);
  try {
    const query: CountQuery = {
      by: "instance",
      level: "aggregate",
      events: null,
      periods: PERIODS,
      days: DAYS,
      asOf: truth.as_of,
      withSessions: true,
      foldsPersonal: false,
    };
    const caption = countsCaption(query, settings, catalogue);
    const shown = `${caption}\n\n${countsTable(await counts.rows(query), query)}${USERS_NOTE}`;
    const wrong = differences(truth.rows, await countedRows(counts, truth.as_of));
    const verdict = verdictText(truth, counts.lines, wrong);
    return { text: `${shown}${verdict.text}`, isRight: verdict.isRight };
  } finally {
    counts.close();
  }
}

/** `lines` are distinct ones in the archive. */
function verdictText(truth: TruthReport, lines: number, wrong: ReturnType<typeof differences>): DemoCounts {
  const total = formatCount(truth.rows.length);
  if (wrong.length === 0 && lines === truth.archived) {
    return {
      text: `exact: all ${total} counts, in ${TRUTH_SEGMENTS.length} segments, are what was done on the instance\n`,
      isRight: true,
    };
  }
  const list = wrong.slice(0, MOST_SHOWN).map((each) => `  ${each.what}: ${each.counted}, but true is ${each.truth}\n`);
  const kept = `the archive holds ${formatCount(lines)} lines of ${formatCount(truth.archived)}`;
  return {
    text: `${formatCount(wrong.length)} of ${total} counts are wrong; ${kept}:\n${list.join("")}`,
    isRight: false,
  };
}
